-- Takes the head of the log: nobody else appends until the transaction ends.
UPDATE log_head SET sequence = sequence WHERE name = 'log' RETURNING sequence, recorded_at, edge
