-- How many rows of a batch did each rule leave out?
SELECT rule, row_count
FROM batch_rule
WHERE batch_id = $1
ORDER BY rule
