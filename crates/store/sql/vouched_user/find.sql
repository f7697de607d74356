-- Which user is a subject of a provider?
SELECT user_id FROM vouched_user WHERE provider = $1 AND issuer = $2 AND subject = $3
