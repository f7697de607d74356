-- A sign-in begins.
INSERT INTO pending_sign_in (state_hash, provider, nonce, verifier, next, ends_at) VALUES ($1, $2, $3, $4, $5, $6)
