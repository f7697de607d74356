-- Keeps a signed checkpoint; the same one twice is kept once.
INSERT INTO checkpoint (sequence, verifier_key, made_at, note)
VALUES ($1, $2, $3, $4)
ON CONFLICT (sequence, verifier_key) DO NOTHING
