-- What became of the rows of a batch?
SELECT table_name, fate, row_count, amount
FROM batch_total
WHERE batch_id = $1
ORDER BY table_name, fate
