-- What people sign in with, and their sessions. Secret or short-lived, so part of no register: users themselves are one, and whoever is
-- closed there is signed in no more. Instants are UTC, of fixed width, so that they sort as texts.

CREATE TABLE account (
    user_id TEXT NOT NULL PRIMARY KEY,
    -- Argon2id, as a PHC string; empty: no password was set.
    password_hash TEXT NOT NULL,
    -- What codes are made from, base32; empty: no code is asked for.
    code_secret TEXT NOT NULL,
    -- The half minute of the last code that was taken, counted from 1970: no code is taken twice.
    code_step BIGINT NOT NULL,
    -- How often sign-in has failed since it last succeeded.
    failures BIGINT NOT NULL,
    -- Until when every sign-in by password is refused; empty: it is not.
    locked_until TEXT NOT NULL
);

CREATE TABLE session (
    -- SHA-256 of the id in the cookie, hexadecimal.
    session_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    made_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    -- When the session ends, however often it is used.
    ends_at TEXT NOT NULL,
    -- What vouched for the user: `password`, `link`, or the name of an identity provider.
    provider TEXT NOT NULL,
    -- The browser, in a few words.
    agent TEXT NOT NULL
);
CREATE INDEX session_of_user ON session (user_id);

CREATE TABLE one_time_link (
    -- SHA-256 of the token in the address, hexadecimal.
    link_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    -- `invitation`, `reset`, `sign-in`; `code`: the way from the password to the code; `demo`: as sign-in, as often as it is followed.
    kind TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    -- When it was used; empty: not yet.
    used_at TEXT NOT NULL
);
CREATE INDEX one_time_link_of_user ON one_time_link (user_id);
