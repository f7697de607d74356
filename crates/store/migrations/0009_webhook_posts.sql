-- How far each webhook has been told. Not part of any register: it can be set back.
CREATE TABLE webhook_post (
    webhook_id TEXT NOT NULL PRIMARY KEY,
    -- What messages are signed with.
    secret TEXT NOT NULL,
    -- The place in the log of the last event that is done with.
    position BIGINT NOT NULL,
    -- How often the next event was tried in vain.
    attempts BIGINT NOT NULL,
    -- When to try again, UTC, fixed width; empty: at once.
    next_at TEXT NOT NULL,
    -- How the last try went, in words; empty before the first one.
    told TEXT NOT NULL
);
