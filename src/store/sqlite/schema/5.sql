-- Backfills: the walk through a source's past. All that it needs to go on stands here and in `urls`.

CREATE TABLE backfills (
    id             INTEGER PRIMARY KEY,
    source_id      INTEGER NOT NULL UNIQUE REFERENCES sources,
    since          INTEGER NOT NULL,
    article_limit  INTEGER,
    state          TEXT    NOT NULL CHECK (state IN ('running', 'done', 'stopped')),
    started_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    lists_read     INTEGER NOT NULL DEFAULT 0,
    lists_failed   INTEGER NOT NULL DEFAULT 0,
    articles_read  INTEGER NOT NULL DEFAULT 0,
    older          INTEGER NOT NULL DEFAULT 0, -- dated before `since` once they were read
    older_in_a_row INTEGER NOT NULL DEFAULT 0,
    -- Pages for people that named nothing new.
    barren_in_a_row INTEGER NOT NULL DEFAULT 0,
    links          INTEGER NOT NULL DEFAULT 0, -- in `backfill_links`, ever
    known          INTEGER NOT NULL DEFAULT 0,
    failed         INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What a backfill knows of and has not asked for yet, and the pages of links that it has asked for.
-- Articles leave it for `urls`.
CREATE TABLE backfill_links (
    id          INTEGER PRIMARY KEY,
    backfill_id INTEGER NOT NULL REFERENCES backfills,
    url         TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    rank        INTEGER NOT NULL,            -- 0 articles, 1 starts, 2 sitemaps, 3 other pages
    depth       INTEGER NOT NULL,
    published   TEXT,
    waiting     INTEGER NOT NULL DEFAULT 1,
    UNIQUE (backfill_id, url)
) STRICT;
CREATE INDEX backfill_links_waiting ON backfill_links (backfill_id, rank, published DESC, id)
 WHERE waiting;

-- `past` is what is in the queue for a backfill alone, after everything else of its host.
ALTER TABLE urls ADD COLUMN past INTEGER NOT NULL DEFAULT 0;
ALTER TABLE urls ADD COLUMN backfill_id INTEGER REFERENCES backfills;
ALTER TABLE urls ADD COLUMN turn INTEGER NOT NULL GENERATED ALWAYS AS
    (CASE WHEN past THEN 2 WHEN kind = 'article' THEN 1 ELSE 0 END) VIRTUAL;
CREATE INDEX urls_of_backfill ON urls (backfill_id, attempts)
 WHERE backfill_id IS NOT NULL AND state IN ('queued', 'leased');

DROP INDEX urls_waiting;
CREATE INDEX urls_waiting ON urls (host_id, turn, next_at) WHERE state = 'queued' AND wanted;
ALTER TABLE urls DROP COLUMN is_article;

-- Read for a backfill: such an article says nothing of how its source does now.
ALTER TABLE articles ADD COLUMN past INTEGER NOT NULL DEFAULT 0;

-- The past is never late.
DROP INDEX urls_by_time;
CREATE INDEX urls_by_time ON urls (next_at) WHERE state = 'queued' AND wanted AND NOT past;
