-- How languages are used: which wordings several hosts write. One row of at most 2 MB a language, of
-- 16 languages at most.
CREATE TABLE usage (
    lang       TEXT PRIMARY KEY,
    updated_at INTEGER NOT NULL,
    sketch     BLOB    NOT NULL
) STRICT;
