-- Every event about an entry, in order.
SELECT body FROM event WHERE register = $1 AND entry_id = $2 ORDER BY sequence
