-- Which provider vouches for a user?
SELECT provider FROM vouched_user WHERE user_id = $1
