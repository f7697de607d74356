-- Records what an act made of a month of facts.
INSERT INTO month_change (
    sequence, batch_id, act, table_name, source, month, rows_before, amount_before, rows_after, amount_after,
    credited_before, credited_after
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
