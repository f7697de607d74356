-- The pieces of batches that were undone.
SELECT path, table_name, source, month, row_count, CAST(NULL AS TEXT) AS amount, batch_id FROM undone_piece ORDER BY path
