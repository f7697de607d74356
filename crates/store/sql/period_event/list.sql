-- Which months were closed and reopened, in that order?
SELECT sequence, month, act, done_at, done_by, reason
FROM period_event
ORDER BY sequence
