-- Sign-ins of programs that have no browser: a code is shown where there is one, and confirmed by whoever is signed in there (RFC 8628).
CREATE TABLE device_sign_in (
    -- SHA-256 of the code that the program keeps, hexadecimal.
    device_hash TEXT NOT NULL PRIMARY KEY,
    -- The code that people type. Short, so each is good for some minutes only.
    user_code TEXT NOT NULL UNIQUE,
    -- How the program's machine is called, as it says itself.
    machine TEXT NOT NULL,
    -- What of the user's rights is asked for, with blanks between; nothing: all of them.
    scopes TEXT NOT NULL,
    -- UTC, of fixed width, so that instants sort as texts.
    ends_at TEXT NOT NULL,
    -- Nothing: it waits; `refused`; or `by ` and the user who confirmed it.
    answer TEXT NOT NULL
);
