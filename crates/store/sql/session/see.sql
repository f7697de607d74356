-- A session was used.
UPDATE session SET seen_at = $2 WHERE session_hash = $1
