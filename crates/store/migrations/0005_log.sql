-- One row: how long the log is. Who appends changes this row first and holds it until the end, so that appends come one after another.
CREATE TABLE log_head (
    name TEXT NOT NULL PRIMARY KEY,
    -- The place of the last event; 0 while there is none.
    sequence BIGINT NOT NULL,
    -- When the last event was recorded, UTC, fixed width to the microsecond; empty while there is none.
    recorded_at TEXT NOT NULL,
    CONSTRAINT log_head_is_one CHECK (name = 'log')
);
INSERT INTO log_head (name, sequence, recorded_at) VALUES ('log', 0, '');

-- The log: what changed, by whom, when and why. Never changed, never deleted.
CREATE TABLE event (
    -- From 1, without gaps.
    sequence BIGINT NOT NULL PRIMARY KEY,
    recorded_at TEXT NOT NULL,
    kind TEXT NOT NULL,
    register TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    -- The event as one line of JSON: the text that is hashed.
    body TEXT NOT NULL
);
CREATE INDEX event_by_entry ON event (register, entry_id, sequence);

-- The registers as they stand: what the events add up to. Can be deleted and made again from them.
CREATE TABLE entry (
    register TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    -- The last event about the entry.
    sequence BIGINT NOT NULL,
    -- The fields, JSON, in the order of their names.
    body TEXT NOT NULL,
    -- Fields that lists are picked by.
    partner_id TEXT,
    tenant_id TEXT,
    subscription_id TEXT,
    person_id TEXT,
    state TEXT,
    scope TEXT,
    PRIMARY KEY (register, entry_id)
);
CREATE INDEX entry_by_partner ON entry (register, partner_id, entry_id);
CREATE INDEX entry_by_tenant ON entry (register, tenant_id, entry_id);
CREATE INDEX entry_by_subscription ON entry (register, subscription_id, entry_id);
CREATE INDEX entry_by_person ON entry (register, person_id, entry_id);
CREATE INDEX entry_by_state ON entry (register, state, entry_id);
CREATE INDEX entry_by_scope ON entry (register, scope, entry_id);
