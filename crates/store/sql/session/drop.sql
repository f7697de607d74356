-- A session ends.
DELETE FROM session WHERE session_hash = $1
