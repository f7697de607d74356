-- Until when sign-in is refused.
UPDATE account SET locked_until = $2 WHERE user_id = $1
