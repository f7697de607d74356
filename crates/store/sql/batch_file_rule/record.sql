-- Records how many rows of a source file a rule left out, and on which lines they are.
INSERT INTO batch_file_rule (batch_id, position, rule, row_count, lines)
VALUES ($1, $2, $3, $4, $5)
