-- What was answered to requests that carried a key, so that the same request again is answered alike and done once.
CREATE TABLE api_answer (
    -- The user who asked, and the key that they chose.
    actor TEXT NOT NULL,
    answer_key TEXT NOT NULL,
    -- The hash of what was asked.
    asked TEXT NOT NULL,
    answered_at TEXT NOT NULL,
    -- The answer, JSON.
    body TEXT NOT NULL,
    PRIMARY KEY (actor, answer_key)
);
