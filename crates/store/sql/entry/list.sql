-- Entries of a register after an id; the id, what they are picked by, the order and the limit are added.
SELECT entry_id, sequence, body FROM entry WHERE register = $1
