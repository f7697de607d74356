-- Which pieces did batches bring?
SELECT path, table_name, source, month, row_count, NULL AS amount, batch_id
FROM lake_piece
ORDER BY table_name, source, month, batch_id, path
