-- One row: how many acts (imports, undone batches, closed and reopened months) the ledger holds. Who writes has read it before, and
-- writes only if it is still the same.
CREATE TABLE ledger_head (
    name TEXT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    CONSTRAINT ledger_head_is_one CHECK (name = 'ledger')
);
INSERT INTO ledger_head (name, sequence) VALUES ('ledger', 0);

-- The sum of the amounts of a part's rows, an exact decimal; nothing for registers, and for files of versions that did not tell.
ALTER TABLE lake_file ADD COLUMN amount TEXT;

-- What each batch that stands brought to each part of the lake. A batch that is undone loses its rows here.
CREATE TABLE lake_piece (
    -- Where the file is, relative to the lake; the part's own file when the piece is all of it.
    path TEXT NOT NULL PRIMARY KEY,
    table_name TEXT NOT NULL,
    -- The format that facts came by; empty for registers.
    source TEXT NOT NULL,
    -- The month of facts, YYYY-MM; nothing for registers.
    month TEXT,
    row_count BIGINT NOT NULL,
    batch_id TEXT NOT NULL REFERENCES batch (batch_id)
);
INSERT INTO lake_piece (path, table_name, source, month, row_count, batch_id)
SELECT path, table_name, source, month, row_count, batch_id FROM lake_file;

-- A batch that was undone. Never changed, never deleted.
CREATE TABLE batch_undo (
    batch_id TEXT NOT NULL PRIMARY KEY REFERENCES batch (batch_id),
    -- UTC, fixed width.
    undone_at TEXT NOT NULL,
    -- Who asked for it, as the system names them.
    undone_by TEXT NOT NULL,
    reason TEXT NOT NULL
);

-- Rows that went and rows that came back when a batch was undone.
CREATE TABLE batch_undo_total (
    batch_id TEXT NOT NULL REFERENCES batch_undo (batch_id),
    table_name TEXT NOT NULL,
    effect TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    amount TEXT NOT NULL,
    PRIMARY KEY (batch_id, table_name, effect),
    CONSTRAINT batch_undo_total_effect_is_known CHECK (effect IN ('removed', 'restored'))
);

-- What an act made of a month of facts.
CREATE TABLE month_change (
    -- The act's place in the ledger.
    sequence BIGINT NOT NULL,
    batch_id TEXT NOT NULL REFERENCES batch (batch_id),
    -- Whether the batch was imported or undone.
    act TEXT NOT NULL,
    table_name TEXT NOT NULL,
    source TEXT NOT NULL,
    month TEXT NOT NULL,
    rows_before BIGINT NOT NULL,
    amount_before TEXT NOT NULL,
    rows_after BIGINT NOT NULL,
    amount_after TEXT NOT NULL,
    PRIMARY KEY (sequence, table_name, source, month),
    CONSTRAINT month_change_act_is_known CHECK (act IN ('import', 'undo'))
);

-- A month that was closed, or reopened; the last of a month decides.
CREATE TABLE period_event (
    -- The act's place in the ledger.
    sequence BIGINT NOT NULL PRIMARY KEY,
    month TEXT NOT NULL,
    act TEXT NOT NULL,
    -- UTC, fixed width.
    done_at TEXT NOT NULL,
    done_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT period_event_act_is_known CHECK (act IN ('close', 'reopen'))
);
