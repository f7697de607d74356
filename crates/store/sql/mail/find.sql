-- Whether a message was written before.
SELECT mail_id FROM mail WHERE mail_id = $1
