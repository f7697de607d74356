-- Which rows went and came back when a batch was undone?
SELECT table_name, effect, row_count, amount
FROM batch_undo_total
WHERE batch_id = $1
ORDER BY table_name, effect
