-- Times are milliseconds since 1970 UTC. Names of kinds, states, verdicts and outcomes are those
-- of the model.

CREATE TABLE sources (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL UNIQUE,
    url          TEXT    NOT NULL,
    configured   TEXT    NOT NULL,           -- the kind that the configuration gives
    kind         TEXT    NOT NULL,           -- the kind it has turned out to be
    enabled      INTEGER NOT NULL,
    since        INTEGER NOT NULL,
    last_success INTEGER,
    last_article INTEGER,
    failures     INTEGER NOT NULL DEFAULT 0, -- failed polls in a row
    error        TEXT                        -- of the last poll
) STRICT;

CREATE TABLE hosts (
    id        INTEGER PRIMARY KEY,
    authority TEXT    NOT NULL UNIQUE,       -- host:port
    next_at   INTEGER NOT NULL DEFAULT 0,    -- left alone until then
    failures  INTEGER NOT NULL DEFAULT 0,    -- in a row
    -- The later of `next_at` and the time of its first waiting URL; NULL if none waits. Kept by
    -- the queue after every change, so that a claim looks only at hosts that have work.
    ready_at  INTEGER
) STRICT;
CREATE INDEX hosts_by_ready ON hosts (ready_at) WHERE ready_at IS NOT NULL;
CREATE INDEX hosts_failing ON hosts (id) WHERE failures > 0;

CREATE TABLE robots (
    origin     TEXT    NOT NULL PRIMARY KEY, -- scheme://host:port
    fetched_at INTEGER NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('text', 'unavailable', 'unreachable')),
    text       BLOB,                         -- zstd
    bytes      INTEGER NOT NULL              -- of `text`, unpacked
) STRICT;

CREATE TABLE urls (
    id            INTEGER PRIMARY KEY,
    url           TEXT    NOT NULL UNIQUE,
    host_id       INTEGER NOT NULL REFERENCES hosts,
    source_id     INTEGER NOT NULL REFERENCES sources,
    kind          TEXT    NOT NULL,
    -- Everything but an article is asked again and again, goes before articles, and rests while
    -- its source is not configured.
    is_article    INTEGER NOT NULL GENERATED ALWAYS AS (kind = 'article') VIRTUAL,
    wanted        INTEGER NOT NULL DEFAULT 1,
    tally         TEXT    NOT NULL GENERATED ALWAYS AS
                  (CASE WHEN state = 'queued' AND NOT wanted THEN 'resting' ELSE state END) VIRTUAL,
    state         TEXT    NOT NULL CHECK (state IN ('queued', 'leased', 'done', 'gone')),
    next_at       INTEGER NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    worker        TEXT,
    fence         INTEGER NOT NULL DEFAULT 0,
    lease_until   INTEGER,
    etag          TEXT,
    last_modified TEXT,
    discovered_at INTEGER NOT NULL,
    published     INTEGER,
    fetched_at    INTEGER,                   -- the last fetch and how it ended
    outcome       TEXT,
    status        INTEGER,
    error         TEXT
) STRICT;
CREATE INDEX urls_waiting ON urls (host_id, is_article, next_at) WHERE state = 'queued' AND wanted;
CREATE INDEX urls_leased ON urls (host_id, lease_until) WHERE state = 'leased';
CREATE INDEX urls_by_time ON urls (next_at) WHERE state = 'queued' AND wanted;
CREATE INDEX urls_recurring ON urls (source_id) WHERE kind <> 'article';

-- How many URLs there are in each state, for the gauges: counting millions of rows at every scrape
-- would take too long. 'resting' is what is queued but not wanted.
CREATE TABLE tallies (
    tally TEXT    NOT NULL PRIMARY KEY,
    urls  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tallies (tally, urls)
VALUES ('queued', 0), ('resting', 0), ('leased', 0), ('done', 0), ('gone', 0);
CREATE TRIGGER urls_added AFTER INSERT ON urls BEGIN
    UPDATE tallies SET urls = urls + 1 WHERE tally = NEW.tally;
END;
CREATE TRIGGER urls_moved AFTER UPDATE OF state, wanted ON urls WHEN NEW.tally <> OLD.tally BEGIN
    UPDATE tallies SET urls = urls - 1 WHERE tally = OLD.tally;
    UPDATE tallies SET urls = urls + 1 WHERE tally = NEW.tally;
END;
CREATE TRIGGER urls_removed AFTER DELETE ON urls BEGIN
    UPDATE tallies SET urls = urls - 1 WHERE tally = OLD.tally;
END;

CREATE TABLE articles (
    id              INTEGER PRIMARY KEY,
    url             TEXT    NOT NULL UNIQUE, -- canonical
    source_id       INTEGER NOT NULL REFERENCES sources,
    fetched_at      INTEGER NOT NULL,        -- first
    last_fetched_at INTEGER NOT NULL,
    -- Of the latest assessment, repeated here for the indexes.
    verdict         TEXT    NOT NULL,
    reason          TEXT,
    assessment_id   INTEGER,
    named_url       TEXT,                    -- the canonical URL as the page gives it
    title           TEXT,
    byline          TEXT,
    published       TEXT,                    -- RFC 3339, with the zone of the page
    modified        TEXT,
    lang            TEXT,
    section         TEXT,
    image           TEXT,
    blocks          TEXT    NOT NULL,        -- JSON: [[start, end, kind, link bytes], …]
    provenance      TEXT    NOT NULL,        -- JSON
    origins         TEXT    NOT NULL,        -- JSON
    body            TEXT    NOT NULL
) STRICT;
CREATE INDEX articles_by_time ON articles (fetched_at);
CREATE INDEX articles_by_verdict ON articles (verdict, id);
CREATE INDEX articles_by_source ON articles (source_id, id, verdict, reason, fetched_at);

-- Every conclusion that was drawn, not only the latest.
CREATE TABLE assessments (
    id          INTEGER PRIMARY KEY,
    article_id  INTEGER NOT NULL REFERENCES articles,
    at          INTEGER NOT NULL,
    verdict     TEXT    NOT NULL,
    reason      TEXT,
    overall     REAL    NOT NULL,
    translation REAL,
    boilerplate REAL    NOT NULL,
    findings    TEXT    NOT NULL,            -- JSON
    rules       TEXT    NOT NULL             -- hexadecimal
) STRICT;
CREATE INDEX assessments_by_article ON assessments (article_id);

-- The rules that the latest assessment of an article names.
CREATE TABLE article_rules (
    rule       TEXT    NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles,
    PRIMARY KEY (rule, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_rules_by_article ON article_rules (article_id);

-- The latest page of each article, as fetched, until it is pruned.
CREATE TABLE pages (
    article_id INTEGER PRIMARY KEY REFERENCES articles,
    fetched_at INTEGER NOT NULL,
    link       TEXT    NOT NULL,             -- JSON
    final_url  TEXT    NOT NULL,
    status     INTEGER NOT NULL,
    headers    TEXT    NOT NULL,             -- JSON
    bytes      INTEGER NOT NULL,             -- of `body`, unpacked
    body       BLOB    NOT NULL              -- zstd
) STRICT;
CREATE INDEX pages_by_time ON pages (fetched_at);

CREATE TABLE reviews (
    id         INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles,
    decision   TEXT    NOT NULL,
    by         TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    note       TEXT    NOT NULL
) STRICT;
CREATE INDEX reviews_by_article ON reviews (article_id);

-- AUTOINCREMENT: the id is the idempotency key of a notification and must never come twice.
CREATE TABLE outbox (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    channel  TEXT    NOT NULL,
    payload  TEXT    NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_time ON outbox (next_at);
