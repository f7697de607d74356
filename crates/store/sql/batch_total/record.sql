-- Records what became of rows of a batch.
INSERT INTO batch_total (batch_id, table_name, fate, row_count, amount)
VALUES ($1, $2, $3, $4, $5)
