-- The latest events that are asked for; the conditions, the order and the limit are added.
SELECT body FROM event WHERE sequence <= $1
