-- Records a source file of a batch.
INSERT INTO batch_file (batch_id, position, name, format, table_name, content_hash, row_count, same_as_batch_id, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
