-- Takes a file out of the manifest.
DELETE FROM lake_file
WHERE path = $1
