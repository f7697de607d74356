-- A sign-in that did not fail.
UPDATE account SET failures = 0, locked_until = '' WHERE user_id = $1
