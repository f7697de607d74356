-- A sign-in comes back: it is there no more.
DELETE FROM pending_sign_in WHERE state_hash = $1
RETURNING state_hash, provider, nonce, verifier, next, ends_at
