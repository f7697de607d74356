-- Which files did a batch read?
SELECT position, name, format, table_name, content_hash, row_count, same_as_batch_id, error
FROM batch_file
WHERE batch_id = $1
ORDER BY position
