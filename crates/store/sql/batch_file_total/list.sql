-- What became of the rows of each file of a batch?
SELECT position, table_name, fate, row_count, amount
FROM batch_file_total
WHERE batch_id = $1
ORDER BY position, table_name, fate
