-- Which rows of a batch are kept to be mended?
SELECT position, line, content
FROM refused_row
WHERE batch_id = $1
ORDER BY position, line
