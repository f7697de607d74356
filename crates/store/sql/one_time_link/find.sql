-- A link.
SELECT link_hash, user_id, kind, ends_at, used_at FROM one_time_link WHERE link_hash = $1
