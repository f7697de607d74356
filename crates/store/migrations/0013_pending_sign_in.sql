-- Sign-ins by identity providers that have begun: the browser is at the provider. Each is good for some minutes, and once.
CREATE TABLE pending_sign_in (
    -- SHA-256 of the state that the browser keeps and the provider gives back, hexadecimal.
    state_hash TEXT NOT NULL PRIMARY KEY,
    -- The provider's name.
    provider TEXT NOT NULL,
    -- What the ID token must hold, so that it is of this sign-in.
    nonce TEXT NOT NULL,
    -- What proves to the provider that whoever began it brings the code.
    verifier TEXT NOT NULL,
    -- The page that it leads to.
    next TEXT NOT NULL,
    -- UTC, of fixed width, so that instants sort as texts.
    ends_at TEXT NOT NULL
);

-- Who is who: the user whom a provider made for one of its subjects. Written once, never changed, so that neither another subject, nor
-- another provider, nor another issuer under the name of this one becomes that user.
CREATE TABLE vouched_user (
    -- The provider's name.
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    -- What the issuer calls the person, and nobody else ever (the claim `sub`).
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL UNIQUE,
    PRIMARY KEY (provider, issuer, subject)
);
