-- A sign-in is confirmed or refused, once.
UPDATE device_sign_in SET answer = $2 WHERE user_code = $1 AND answer = '' AND ends_at > $3
