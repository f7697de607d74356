-- Puts a message into the outbox; one that is there already stays as it is.
INSERT INTO mail (mail_id, user_id, address, subject, body, written_at, state, attempts, next_at, told)
VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $6, '')
ON CONFLICT (mail_id) DO NOTHING
