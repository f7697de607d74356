-- Adds a part to the manifest.
INSERT INTO lake_file (path, table_name, source, month, row_count, amount, batch_id)
VALUES ($1, $2, $3, $4, $5, $6, $7)
