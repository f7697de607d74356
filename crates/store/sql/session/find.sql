-- A session.
SELECT session_hash, user_id, made_at, seen_at, ends_at, provider, agent FROM session WHERE session_hash = $1
