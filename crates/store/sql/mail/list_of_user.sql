-- A user's latest messages.
SELECT mail_id, user_id, address, subject, body, written_at, state, attempts, next_at, told
FROM mail WHERE user_id = $1 ORDER BY written_at DESC, mail_id LIMIT $2
