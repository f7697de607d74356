-- Rows of source files that were kept out, as they stood, so that they can be mended and imported by themselves.
CREATE TABLE refused_row (
    batch_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    -- From 1; line 0 is the file's header, which JSON has none of.
    line BIGINT NOT NULL,
    -- JSON: a list of cells, or an object of a source that is JSON.
    content TEXT NOT NULL,
    PRIMARY KEY (batch_id, position, line),
    FOREIGN KEY (batch_id, position) REFERENCES batch_file (batch_id, position)
);
