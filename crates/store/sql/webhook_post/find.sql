-- How far a webhook has been told.
SELECT secret, position, attempts, next_at, told FROM webhook_post WHERE webhook_id = $1
