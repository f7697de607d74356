-- What was answered to a key of a user.
SELECT asked, body FROM api_answer WHERE actor = $1 AND answer_key = $2
