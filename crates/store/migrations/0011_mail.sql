-- What users want by e-mail, and the outbox. Not part of any register: addresses can be taken away again.
CREATE TABLE mail_setting (
    user_id TEXT NOT NULL PRIMARY KEY,
    -- Where mail goes; empty: nowhere.
    address TEXT NOT NULL,
    -- Whether a digest is sent each day on which something waits: 0 or 1.
    digest BIGINT NOT NULL
);

-- Messages that are sent, or were.
CREATE TABLE mail (
    -- What it is, so that nothing is sent twice: `digest/USER/DAY`.
    mail_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    address TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    -- When it was written, UTC, fixed width.
    written_at TEXT NOT NULL,
    -- `waiting`, `sent` or `failed`.
    state TEXT NOT NULL,
    -- How often it was tried.
    attempts BIGINT NOT NULL,
    -- When to try (again), or when it was done, UTC, fixed width.
    next_at TEXT NOT NULL,
    -- What the server said last; empty before the first try.
    told TEXT NOT NULL
);

CREATE INDEX mail_waiting ON mail (state, next_at);
CREATE INDEX mail_of_user ON mail (user_id, written_at);
