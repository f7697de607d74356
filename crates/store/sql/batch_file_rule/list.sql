-- How many rows of each file of a batch did each rule leave out, and which?
SELECT position, rule, row_count, lines
FROM batch_file_rule
WHERE batch_id = $1
ORDER BY position, rule
