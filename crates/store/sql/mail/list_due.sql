-- Messages that are to be tried at an instant, those that waited longest first.
SELECT mail_id, user_id, address, subject, body, written_at, state, attempts, next_at, told
FROM mail WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at, mail_id LIMIT $2
