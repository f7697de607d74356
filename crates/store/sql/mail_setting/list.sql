-- Who wants a digest, and where.
SELECT user_id, address, digest FROM mail_setting WHERE digest = 1 AND address <> '' ORDER BY user_id
