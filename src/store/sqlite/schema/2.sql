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

-- What a source's rhythm is, and since when an article is known: what comes next follows from both.

ALTER TABLE urls ADD COLUMN rhythm TEXT;        -- JSON; of what is asked again and again
ALTER TABLE urls ADD COLUMN first_read INTEGER; -- when it was first read

-- Milliseconds between two requests, as last known: after a crash nobody knows when the host was
-- last asked, so it rests that long from the restart. Ten seconds until it is known.
ALTER TABLE hosts ADD COLUMN delay INTEGER NOT NULL DEFAULT 10000;

-- Leases that ran out, ever.
INSERT INTO tallies (tally, urls) VALUES ('expired', 0);
