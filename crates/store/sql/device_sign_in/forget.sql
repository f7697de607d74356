-- Sign-ins that nobody answered in time.
DELETE FROM device_sign_in WHERE ends_at <= $1
