-- The latest messages to everybody.
SELECT mail_id, user_id, address, subject, body, written_at, state, attempts, next_at, told
FROM mail ORDER BY written_at DESC, mail_id LIMIT $1
