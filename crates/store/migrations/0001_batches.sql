-- An import: one batch. Never changed, never deleted.
CREATE TABLE batch (
    -- Names the batch in the lake's files and in messages.
    batch_id TEXT NOT NULL PRIMARY KEY,
    -- When it was recorded, UTC, fixed width: 2024-01-31T10:11:12Z.
    recorded_at TEXT NOT NULL,
    -- The path that was imported, as given.
    source TEXT NOT NULL,
    -- The hash over the hashes of its files.
    content_hash TEXT NOT NULL
);

-- What became of the rows of a batch, and of older rows that they superseded.
CREATE TABLE batch_total (
    batch_id TEXT NOT NULL REFERENCES batch (batch_id),
    table_name TEXT NOT NULL,
    fate TEXT NOT NULL,
    -- Rows.
    row_count BIGINT NOT NULL,
    -- Sum of the table's amount column, an exact decimal.
    amount TEXT NOT NULL,
    PRIMARY KEY (batch_id, table_name, fate),
    CONSTRAINT batch_total_fate_is_known CHECK (fate IN ('accepted', 'duplicate', 'superseded', 'quarantined', 'ignored'))
);

-- How many rows of a batch each rule left out.
CREATE TABLE batch_rule (
    batch_id TEXT NOT NULL REFERENCES batch (batch_id),
    rule TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    PRIMARY KEY (batch_id, rule)
);

-- A source file of a batch.
CREATE TABLE batch_file (
    batch_id TEXT NOT NULL REFERENCES batch (batch_id),
    -- The file's place in the batch, from 0.
    position BIGINT NOT NULL,
    -- The file, relative to the path that was imported.
    name TEXT NOT NULL,
    format TEXT NOT NULL,
    -- The table that its rows go to.
    table_name TEXT NOT NULL,
    -- Equal for equal content, format and options.
    content_hash TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    -- The earlier batch that imported the same content; then nothing was read.
    same_as_batch_id TEXT,
    -- Why the file was not read.
    error TEXT,
    PRIMARY KEY (batch_id, position)
);

-- Finds the earlier imports of a file.
CREATE INDEX batch_file_by_content ON batch_file (content_hash);

-- What became of the rows of a source file.
CREATE TABLE batch_file_total (
    batch_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    table_name TEXT NOT NULL,
    fate TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    amount TEXT NOT NULL,
    PRIMARY KEY (batch_id, position, table_name, fate),
    FOREIGN KEY (batch_id, position) REFERENCES batch_file (batch_id, position),
    CONSTRAINT batch_file_total_fate_is_known CHECK (fate IN ('accepted', 'duplicate', 'superseded', 'quarantined', 'ignored'))
);

-- What was wrong with a row, or with a file; the first ones of a batch in full.
CREATE TABLE row_problem (
    batch_id TEXT NOT NULL REFERENCES batch (batch_id),
    -- The problem's place in the batch, from 0.
    position BIGINT NOT NULL,
    severity TEXT NOT NULL,
    table_name TEXT NOT NULL,
    file TEXT NOT NULL,
    -- The line (row of a Parquet file), from 1; nothing when the whole file is meant.
    line BIGINT,
    column_name TEXT NOT NULL,
    -- The value found.
    value TEXT NOT NULL,
    -- The kind of trouble, in kebab-case.
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    cure TEXT NOT NULL,
    -- How many rows the problem is about.
    row_count BIGINT NOT NULL,
    PRIMARY KEY (batch_id, position),
    CONSTRAINT row_problem_severity_is_known CHECK (severity IN ('warning', 'quarantined', 'unreadable'))
);
