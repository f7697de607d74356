-- How many acts does the ledger hold?
SELECT sequence
FROM ledger_head
WHERE name = 'ledger'
