-- The links of a kind are good no more.
DELETE FROM one_time_link WHERE kind = $1
