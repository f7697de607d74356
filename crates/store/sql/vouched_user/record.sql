-- A subject of a provider gets a user; nothing when either has been given already.
INSERT INTO vouched_user (provider, issuer, subject, user_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
