-- Records what became of rows of a source file.
INSERT INTO batch_file_total (batch_id, position, table_name, fate, row_count, amount)
VALUES ($1, $2, $3, $4, $5, $6)
