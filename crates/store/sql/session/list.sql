-- The sessions of a user, the latest used first.
SELECT session_hash, user_id, made_at, seen_at, ends_at, provider, agent FROM session WHERE user_id = $1
ORDER BY seen_at DESC, session_hash
