-- Adds a piece to the manifest.
INSERT INTO lake_piece (path, table_name, source, month, row_count, batch_id)
VALUES ($1, $2, $3, $4, $5, $6)
