-- How many rows of a source file each rule left out, and on which lines they are.
CREATE TABLE batch_file_rule (
    batch_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    rule TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    -- Runs of lines, `2-40,45`; empty when a version that did not tell them imported the file.
    lines TEXT NOT NULL,
    PRIMARY KEY (batch_id, position, rule),
    FOREIGN KEY (batch_id, position) REFERENCES batch_file (batch_id, position)
);
-- Rules were counted by batch: the count goes with the batch's first file.
INSERT INTO batch_file_rule (batch_id, position, rule, row_count, lines)
SELECT batch_id, 0, rule, row_count, '' FROM batch_rule;
DROP TABLE batch_rule;
