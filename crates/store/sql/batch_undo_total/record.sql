-- Records rows that went or came back when a batch was undone.
INSERT INTO batch_undo_total (batch_id, table_name, effect, row_count, amount)
VALUES ($1, $2, $3, $4, $5)
