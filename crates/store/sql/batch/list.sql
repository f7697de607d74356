-- Which batches are there, the latest first, and was each undone?
SELECT b.batch_id, b.recorded_at, b.source, b.content_hash, u.undone_at, u.undone_by, u.reason
FROM batch b
LEFT JOIN batch_undo u ON u.batch_id = b.batch_id
ORDER BY b.recorded_at DESC, b.batch_id DESC
LIMIT $1
