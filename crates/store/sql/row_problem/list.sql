-- What was wrong with rows of a batch?
SELECT severity, table_name, file, line, column_name, value, reason, message, cure, row_count
FROM row_problem
WHERE batch_id = $1
ORDER BY position
