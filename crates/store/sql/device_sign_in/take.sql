-- What was answered is there no more, so that it is given once.
DELETE FROM device_sign_in WHERE device_hash = $1
