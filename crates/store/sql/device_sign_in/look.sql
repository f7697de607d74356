-- The program asks again: what it keeps waits, or was answered.
SELECT device_hash, user_code, machine, scopes, ends_at, answer FROM device_sign_in WHERE device_hash = $1
