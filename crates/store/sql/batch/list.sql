-- Which batches are there, the latest first?
SELECT batch_id, recorded_at, source, content_hash
FROM batch
ORDER BY recorded_at DESC, batch_id DESC
LIMIT $1
