-- How many batches are there?
SELECT CAST(COUNT(*) AS BIGINT) AS batch_count
FROM batch
