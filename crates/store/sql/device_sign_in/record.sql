-- A program begins to sign in.
INSERT INTO device_sign_in (device_hash, user_code, machine, scopes, ends_at, answer) VALUES ($1, $2, $3, $4, $5, $6)
