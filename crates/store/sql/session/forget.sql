-- Sessions that have ended by themselves: too old, or not used for too long.
DELETE FROM session WHERE ends_at <= $1 OR seen_at <= $2
