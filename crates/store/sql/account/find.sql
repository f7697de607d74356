-- What a user signs in with.
SELECT user_id, password_hash, code_secret, code_step, failures, locked_until FROM account WHERE user_id = $1
