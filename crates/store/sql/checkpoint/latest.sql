-- How many events the latest checkpoint is about; 0 when there is none.
SELECT CAST(COALESCE(MAX(sequence), 0) AS BIGINT) AS sequence FROM checkpoint
