-- What is known of a batch, and was it undone?
SELECT b.batch_id, b.recorded_at, b.source, b.content_hash, u.undone_at, u.undone_by, u.reason
FROM batch b
LEFT JOIN batch_undo u ON u.batch_id = b.batch_id
WHERE b.batch_id = $1
