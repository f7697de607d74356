-- How long the log is.
SELECT sequence, recorded_at, edge FROM log_head WHERE name = 'log'
