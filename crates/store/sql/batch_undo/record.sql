-- Records that a batch was undone.
INSERT INTO batch_undo (batch_id, undone_at, undone_by, reason)
VALUES ($1, $2, $3, $4)
