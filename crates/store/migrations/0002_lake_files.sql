-- The manifest: the files that the lake consists of. A batch that replaces a file deletes its row here.
CREATE TABLE lake_file (
    -- Where the file is, relative to the lake.
    path TEXT NOT NULL PRIMARY KEY,
    -- The table that it holds rows of.
    table_name TEXT NOT NULL,
    -- The format that facts came by; empty for registers.
    source TEXT NOT NULL,
    -- The month of facts, YYYY-MM; nothing for registers.
    month TEXT,
    row_count BIGINT NOT NULL,
    -- The batch that wrote it.
    batch_id TEXT NOT NULL REFERENCES batch (batch_id)
);
