-- Records how a try went.
UPDATE mail SET state = $2, attempts = $3, next_at = $4, told = $5 WHERE mail_id = $1
