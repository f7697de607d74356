-- How long the log is.
SELECT sequence, recorded_at FROM log_head WHERE name = 'log'
