-- Records how many rows a rule left out.
INSERT INTO batch_rule (batch_id, rule, row_count)
VALUES ($1, $2, $3)
