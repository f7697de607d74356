-- Keeps a row of a source file that was kept out, as it stood.
INSERT INTO refused_row (batch_id, position, line, content)
VALUES ($1, $2, $3, $4)
