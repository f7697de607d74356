-- Which files did batches that stand read, and what became of the rows of their own table? The latest reading of a content comes last.
SELECT f.content_hash, f.batch_id, f.position, t.fate, t.row_count, t.amount
FROM batch_file f
JOIN batch b ON b.batch_id = f.batch_id
LEFT JOIN batch_undo u ON u.batch_id = f.batch_id
LEFT JOIN batch_file_total t ON t.batch_id = f.batch_id AND t.position = f.position AND t.table_name = f.table_name
WHERE f.error IS NULL AND f.same_as_batch_id IS NULL AND u.batch_id IS NULL
ORDER BY b.recorded_at, b.batch_id, f.position
