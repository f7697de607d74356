-- A link is used, if it still can be.
UPDATE one_time_link SET used_at = $2 WHERE link_hash = $1 AND used_at = '' AND ends_at > $2
