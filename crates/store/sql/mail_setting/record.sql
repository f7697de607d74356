-- Records what a user wants by e-mail.
INSERT INTO mail_setting (user_id, address, digest) VALUES ($1, $2, $3)
ON CONFLICT (user_id) DO UPDATE SET address = excluded.address, digest = excluded.digest
