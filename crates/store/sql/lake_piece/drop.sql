-- Takes the pieces of a batch out of the manifest.
DELETE FROM lake_piece
WHERE batch_id = $1
