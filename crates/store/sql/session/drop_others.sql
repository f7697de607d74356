-- Every session of a user ends but one.
DELETE FROM session WHERE user_id = $1 AND session_hash <> $2
