-- What waits for an answer under a code that people type.
SELECT device_hash, user_code, machine, scopes, ends_at, answer FROM device_sign_in WHERE user_code = $1 AND answer = ''
