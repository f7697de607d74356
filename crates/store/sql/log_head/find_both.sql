-- How many acts does the ledger hold, and how many events the log?
SELECT ledger_head.sequence AS acts, log_head.sequence AS events
FROM ledger_head, log_head
WHERE ledger_head.name = 'ledger' AND log_head.name = 'log'
