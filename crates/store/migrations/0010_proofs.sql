-- The right edge of the Merkle tree over the log, 64 hexadecimal digits a subtree; empty for logs of versions that kept none.
ALTER TABLE log_head ADD COLUMN edge TEXT NOT NULL DEFAULT '';

-- Signed checkpoints of the log. Never changed, never deleted.
CREATE TABLE checkpoint (
    -- How many events the checkpoint is about.
    sequence BIGINT NOT NULL,
    -- The public key that verifies it, as a signed note's verifier key.
    verifier_key TEXT NOT NULL,
    -- UTC, fixed width to the microsecond.
    made_at TEXT NOT NULL,
    -- The signed note.
    note TEXT NOT NULL,
    PRIMARY KEY (sequence, verifier_key)
);

-- What batches that were undone had brought to each part of the lake: what was known before they were undone can still be asked.
CREATE TABLE undone_piece (
    path TEXT NOT NULL PRIMARY KEY,
    table_name TEXT NOT NULL,
    source TEXT NOT NULL,
    month TEXT,
    row_count BIGINT NOT NULL,
    batch_id TEXT NOT NULL REFERENCES batch_undo (batch_id)
);
