-- Records that a month was closed or reopened.
INSERT INTO period_event (sequence, month, act, done_at, done_by, reason)
VALUES ($1, $2, $3, $4, $5, $6)
