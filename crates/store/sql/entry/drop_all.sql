-- Empties the registers, before they are made again from the log.
DELETE FROM entry
