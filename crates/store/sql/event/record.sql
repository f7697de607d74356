-- Appends an event.
INSERT INTO event (sequence, recorded_at, kind, register, entry_id, actor, body)
VALUES ($1, $2, $3, $4, $5, $6, $7)
