-- Events after a place, in order.
SELECT body FROM event WHERE sequence > $1 ORDER BY sequence LIMIT $2
