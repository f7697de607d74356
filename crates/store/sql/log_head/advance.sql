-- Moves the head of the log, which has been taken.
UPDATE log_head SET sequence = $1, recorded_at = $2, edge = $3 WHERE name = 'log'
