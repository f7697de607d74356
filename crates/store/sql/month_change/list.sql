-- What did acts make of months of facts, in their order?
SELECT sequence, batch_id, act, table_name, source, month, rows_before, amount_before, rows_after, amount_after,
    credited_before, credited_after
FROM month_change
ORDER BY sequence, table_name, source, month
