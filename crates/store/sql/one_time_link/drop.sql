-- The links of a user and a kind are good no more.
DELETE FROM one_time_link WHERE user_id = $1 AND kind = $2
