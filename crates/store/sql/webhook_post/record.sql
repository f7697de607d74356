-- How far a webhook has been told now.
INSERT INTO webhook_post (webhook_id, secret, position, attempts, next_at, told) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (webhook_id) DO UPDATE SET
    secret = excluded.secret,
    position = excluded.position,
    attempts = excluded.attempts,
    next_at = excluded.next_at,
    told = excluded.told
