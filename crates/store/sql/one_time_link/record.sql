-- A link that is good once.
INSERT INTO one_time_link (link_hash, user_id, kind, ends_at, used_at) VALUES ($1, $2, $3, $4, '')
