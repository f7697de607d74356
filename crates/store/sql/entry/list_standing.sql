-- Which entries of a register has an event made? The ids that are asked about are added.
SELECT entry_id FROM entry WHERE register = $1
