-- What a user wants by e-mail.
SELECT address, digest FROM mail_setting WHERE user_id = $1
