-- A session begins.
INSERT INTO session (session_hash, user_id, made_at, seen_at, ends_at, provider, agent) VALUES ($1, $2, $3, $4, $5, $6, $7)
