-- Which exports were found in storage, in the order in which they were taken?
SELECT url, fingerprint, state, batch_id, reason, run_at, taken_at, object_count, byte_count
FROM watched_export
ORDER BY taken_at, run_at, url, fingerprint
