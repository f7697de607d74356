-- Counts an act, if no other came between.
UPDATE ledger_head
SET sequence = sequence + 1
WHERE name = 'ledger' AND sequence = $1
