-- One more sign-in that failed.
UPDATE account SET failures = failures + 1 WHERE user_id = $1 RETURNING failures
