-- Keeps the pieces of a batch that is undone.
INSERT INTO undone_piece (path, table_name, source, month, row_count, batch_id)
SELECT path, table_name, source, month, row_count, batch_id FROM lake_piece WHERE batch_id = $1
