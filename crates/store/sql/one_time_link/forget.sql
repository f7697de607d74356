-- Links that have ended.
DELETE FROM one_time_link WHERE ends_at <= $1
