-- Which parts does the lake consist of?
SELECT path, table_name, source, month, row_count, amount, batch_id
FROM lake_file
ORDER BY table_name, source, month, path
