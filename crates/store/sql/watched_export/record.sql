-- Records what became of an export that was found in storage.
INSERT INTO watched_export (url, fingerprint, state, batch_id, reason, run_at, taken_at, object_count, byte_count)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
