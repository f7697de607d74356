-- Exports that were found in storage that is watched, each as often as it changed.
CREATE TABLE watched_export (
    -- Where the export lies: a folder or a file.
    url TEXT NOT NULL,
    -- Tells one state of the export from every other.
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('imported', 'refused', 'empty')),
    -- The batch that it came in; nothing when it brought none.
    batch_id TEXT,
    -- Why it was refused; nothing when it was not.
    reason TEXT NOT NULL,
    -- When the export was made, and when it was taken. UTC, of fixed width, so that instants sort as texts.
    run_at TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    -- How many objects it has, and their length in bytes.
    object_count BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    PRIMARY KEY (url, fingerprint)
);
