-- Second opinions: what was said, what it cost, and whether the model still says what it said.

-- By a hash of text, model and question. Kept as long as pages are, for `rescore`.
CREATE TABLE opinions (
    key     BLOB    NOT NULL PRIMARY KEY,    -- 32 bytes
    at      INTEGER NOT NULL,
    opinion TEXT    NOT NULL                 -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX opinions_by_time ON opinions (at);

-- Calls by day (in days since 1970 UTC) and source; '' for texts of our own. Of the latest day.
CREATE TABLE opinion_calls (
    day    INTEGER NOT NULL,
    source TEXT    NOT NULL,                 -- its name
    calls  INTEGER NOT NULL,
    PRIMARY KEY (day, source)
) STRICT, WITHOUT ROWID;

-- What a model said of the texts of our own: the first time and the last.
CREATE TABLE opinion_answers (
    adviser  TEXT    NOT NULL,               -- hexadecimal: model and question
    text     TEXT    NOT NULL,               -- hexadecimal: which of ours
    first    TEXT    NOT NULL,               -- JSON: the words that it named
    latest   TEXT    NOT NULL,               -- JSON
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (adviser, text)
) STRICT, WITHOUT ROWID;
