-- Every entry of every register.
SELECT register, entry_id, sequence, body FROM entry ORDER BY register, entry_id
