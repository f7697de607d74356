-- How many rows of each file of a batch are kept to be mended?
SELECT position, COUNT(*) AS row_count
FROM refused_row
WHERE batch_id = $1 AND line > 0
GROUP BY position
ORDER BY position
