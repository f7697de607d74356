-- What a user signs in with from now on.
INSERT INTO account (user_id, password_hash, code_secret, code_step, failures, locked_until) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (user_id) DO UPDATE SET
    password_hash = excluded.password_hash,
    code_secret = excluded.code_secret,
    code_step = excluded.code_step,
    failures = excluded.failures,
    locked_until = excluded.locked_until
