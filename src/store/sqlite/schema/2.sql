-- What the stream has learned of each site's template: the bytes of `site::SiteMemory`. One row a
-- site, by its name (the host without `www.`). `articles`, `lines` and `version` are in the bytes
-- too; they stand here to be shown.
CREATE TABLE sites (
    name       TEXT    NOT NULL PRIMARY KEY,
    updated_at INTEGER NOT NULL,
    articles   INTEGER NOT NULL,
    lines      INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    memory     BLOB    NOT NULL
) STRICT;
CREATE INDEX sites_by_time ON sites (updated_at);

-- The share of the text on the page that is the body; NULL for what was judged before it was kept.
ALTER TABLE assessments ADD COLUMN body_share REAL;

-- How sources stand over time.

-- What was weighed for and against translation: JSON, and all of it together in nats. NULL before
-- this schema and, in `log_ratio`, for what was not judged.
ALTER TABLE assessments ADD COLUMN evidence TEXT;
ALTER TABLE assessments ADD COLUMN log_ratio REAL;

-- The state of each source, so that one more article costs no look at those before. It follows
-- from the articles and may be missing or of another version: then it is made anew from them.
CREATE TABLE standings (
    source_id INTEGER PRIMARY KEY REFERENCES sources,
    version   INTEGER NOT NULL,
    state     TEXT    NOT NULL               -- JSON
) STRICT;

-- Pages that met a bot wall, by source: the sources page tells how many.
CREATE INDEX urls_walled ON urls (source_id, fetched_at) WHERE outcome = 'challenge';

-- What a source's rhythm is, and since when an article is known: what comes next follows from both.

ALTER TABLE urls ADD COLUMN rhythm TEXT;        -- JSON; of what is asked again and again
ALTER TABLE urls ADD COLUMN moved TEXT;         -- JSON; where permanent redirects lead
ALTER TABLE urls ADD COLUMN first_read INTEGER; -- when it was first read

-- Milliseconds between two requests, as last known: after a crash nobody knows when the host was
-- last asked, so it rests that long from the restart. Ten seconds until it is known.
ALTER TABLE hosts ADD COLUMN delay INTEGER NOT NULL DEFAULT 10000;

-- Requests to a source on one day, in days since 1970 UTC.
ALTER TABLE sources ADD COLUMN asked_day INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;

-- Leases that ran out, ever.
INSERT INTO tallies (tally, urls) VALUES ('expired', 0);

-- Copies: what texts are recognised by, which articles carry the same one, and what they said
-- before they were corrected.

-- The texts of the last weeks (see `keep_fingerprints`).
CREATE TABLE fingerprints (
    article_id INTEGER PRIMARY KEY REFERENCES articles,
    read_at    INTEGER NOT NULL,
    digest     BLOB    NOT NULL,             -- 16 bytes, of all words
    sketch     BLOB    NOT NULL              -- the smallest hashes of its shingles, 6 bytes each
) STRICT;
CREATE INDEX fingerprints_by_digest ON fingerprints (digest);
CREATE INDEX fingerprints_by_time ON fingerprints (read_at);

-- The first elements of each sketch. Without a foreign key: that would be sixteen more look-ups
-- for an article.
CREATE TABLE fingerprint_keys (
    key        INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    PRIMARY KEY (key, article_id)
) STRICT, WITHOUT ROWID;

-- Articles that carry one text, two at least; what a list shows of them is kept here.
CREATE TABLE clusters (
    id       INTEGER PRIMARY KEY,
    first_id INTEGER NOT NULL REFERENCES articles,
    articles INTEGER NOT NULL,
    sources  INTEGER NOT NULL
) STRICT;
CREATE TABLE copies (
    article_id INTEGER PRIMARY KEY REFERENCES articles,
    cluster_id INTEGER NOT NULL REFERENCES clusters
) STRICT;
CREATE INDEX copies_by_cluster ON copies (cluster_id, article_id);

-- Other addresses of an article.
CREATE TABLE aliases (
    url        TEXT    NOT NULL PRIMARY KEY, -- canonical
    article_id INTEGER NOT NULL REFERENCES articles,
    at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_by_article ON aliases (article_id, at);

-- What an article said before, until when.
CREATE TABLE versions (
    id         INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles,
    until      INTEGER NOT NULL,
    title      TEXT,
    bytes      INTEGER NOT NULL,             -- of `body`, unpacked
    body       BLOB    NOT NULL              -- zstd
) STRICT;
CREATE INDEX versions_by_article ON versions (article_id, id);
