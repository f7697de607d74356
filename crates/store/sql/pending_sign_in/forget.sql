-- Sign-ins that nobody came back from in time.
DELETE FROM pending_sign_in WHERE ends_at <= $1
