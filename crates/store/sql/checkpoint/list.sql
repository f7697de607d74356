-- Every checkpoint, the earliest first.
SELECT sequence, verifier_key, made_at, note FROM checkpoint ORDER BY sequence, made_at, verifier_key
