-- Forgets answers from before an instant.
DELETE FROM api_answer WHERE answered_at < $1
