-- Records a batch.
INSERT INTO batch (batch_id, recorded_at, source, content_hash)
VALUES ($1, $2, $3, $4)
