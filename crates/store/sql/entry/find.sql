-- An entry as it stands.
SELECT sequence, body FROM entry WHERE register = $1 AND entry_id = $2
