-- When was the latest batch recorded?
SELECT recorded_at
FROM batch
ORDER BY recorded_at DESC, batch_id DESC
LIMIT 1
