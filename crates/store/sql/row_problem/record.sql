-- Records what was wrong with a row.
INSERT INTO row_problem (batch_id, position, severity, table_name, file, line, column_name, value, reason, message, cure, row_count)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
