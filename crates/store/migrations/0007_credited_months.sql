-- What partners were credited with for the rows of a month before and after an act, dollars; nothing where that was not worked out.
ALTER TABLE month_change ADD COLUMN credited_before TEXT;
ALTER TABLE month_change ADD COLUMN credited_after TEXT;
