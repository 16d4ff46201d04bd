-- Review: where each article lies, how many lie where, what was decided and what is remembered of it;
-- the words of articles, to be found; and what people asked of sources.

-- One narrow row an article: what lists filter and order by, so that no list reads articles that it
-- does not show. `shelf` is `waiting`, `confirmed`, `dismissed`, `passed` or why it was not judged.
CREATE TABLE shelves (
    article_id INTEGER PRIMARY KEY REFERENCES articles,
    source_id  INTEGER NOT NULL,
    verdict    TEXT    NOT NULL,
    shelf      TEXT    NOT NULL,
    lang       TEXT,
    score      REAL    NOT NULL,             -- `overall`
    fetched_at INTEGER NOT NULL,
    past       INTEGER NOT NULL
) STRICT;
CREATE INDEX shelves_by_shelf ON shelves (shelf, article_id);
CREATE INDEX shelves_by_verdict ON shelves (verdict, article_id);
CREATE INDEX shelves_by_score ON shelves (shelf, score, article_id);
CREATE INDEX shelves_of_source ON shelves (source_id, article_id);
CREATE INDEX shelves_by_source ON shelves (source_id, shelf, article_id);
CREATE INDEX shelves_by_lang ON shelves (lang, shelf, article_id);
DROP INDEX articles_by_verdict;

-- How many articles lie where, by source; source 0 is all of them. And by day (since 1970, UTC) and
-- verdict, but for what was read for a backfill. Kept by triggers, in the transaction of the change.
CREATE TABLE shelf_counts (
    source_id INTEGER NOT NULL,
    shelf     TEXT    NOT NULL,
    articles  INTEGER NOT NULL,
    PRIMARY KEY (source_id, shelf)
) STRICT, WITHOUT ROWID;
CREATE TABLE source_days (
    source_id INTEGER NOT NULL,
    day       INTEGER NOT NULL,
    verdict   TEXT    NOT NULL,
    articles  INTEGER NOT NULL,
    PRIMARY KEY (source_id, day, verdict)
) STRICT, WITHOUT ROWID;

INSERT INTO shelves (article_id, source_id, verdict, shelf, lang, score, fetched_at, past)
SELECT articles.id, articles.source_id, articles.verdict,
       CASE articles.verdict
            WHEN 'pass' THEN 'passed'
            WHEN 'flag' THEN coalesce((SELECT decision FROM reviews WHERE article_id = articles.id
                                        ORDER BY id DESC LIMIT 1), 'waiting')
            ELSE articles.reason END,
       articles.lang, assessments.overall, articles.fetched_at, articles.past
  FROM articles JOIN assessments ON assessments.id = articles.assessment_id;
INSERT INTO shelf_counts (source_id, shelf, articles)
SELECT source_id, shelf, count(*) FROM shelves GROUP BY source_id, shelf;
INSERT INTO shelf_counts (source_id, shelf, articles)
SELECT 0, shelf, sum(articles) FROM shelf_counts GROUP BY shelf;
INSERT INTO source_days (source_id, day, verdict, articles)
SELECT source_id, fetched_at / 86400000, verdict, count(*) FROM shelves WHERE NOT past
 GROUP BY source_id, fetched_at / 86400000, verdict;

CREATE TRIGGER shelves_filled AFTER INSERT ON shelves BEGIN
    INSERT INTO shelf_counts (source_id, shelf, articles)
    VALUES (NEW.source_id, NEW.shelf, 1), (0, NEW.shelf, 1)
    ON CONFLICT DO UPDATE SET articles = articles + 1;
    INSERT INTO source_days (source_id, day, verdict, articles)
    SELECT NEW.source_id, NEW.fetched_at / 86400000, NEW.verdict, 1 WHERE NOT NEW.past
    ON CONFLICT DO UPDATE SET articles = articles + 1;
END;
CREATE TRIGGER shelves_emptied AFTER DELETE ON shelves BEGIN
    UPDATE shelf_counts SET articles = articles - 1
     WHERE source_id IN (OLD.source_id, 0) AND shelf = OLD.shelf;
    DELETE FROM articles_text WHERE rowid = OLD.article_id;
END;
CREATE TRIGGER shelves_moved AFTER UPDATE OF shelf, verdict ON shelves
WHEN NEW.shelf <> OLD.shelf OR NEW.verdict <> OLD.verdict BEGIN
    UPDATE shelf_counts SET articles = articles - 1
     WHERE source_id IN (OLD.source_id, 0) AND shelf = OLD.shelf;
    INSERT INTO shelf_counts (source_id, shelf, articles)
    VALUES (NEW.source_id, NEW.shelf, 1), (0, NEW.shelf, 1)
    ON CONFLICT DO UPDATE SET articles = articles + 1;
    UPDATE source_days SET articles = articles - 1
     WHERE source_id = OLD.source_id AND day = OLD.fetched_at / 86400000
       AND verdict = OLD.verdict AND NOT OLD.past;
    INSERT INTO source_days (source_id, day, verdict, articles)
    SELECT NEW.source_id, NEW.fetched_at / 86400000, NEW.verdict, 1 WHERE NOT NEW.past
    ON CONFLICT DO UPDATE SET articles = articles + 1;
END;

-- The words of titles and bodies. Contentless: the text stands in `articles` already.
CREATE VIRTUAL TABLE articles_text USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

-- A decision holds until it ended: taken back by somebody, or because the article was corrected
-- (`ended_by` is NULL). The last one that holds counts. One with a `rule` is about a single finding.
ALTER TABLE reviews ADD COLUMN ended_at INTEGER;
ALTER TABLE reviews ADD COLUMN ended_by TEXT;
ALTER TABLE reviews ADD COLUMN rule TEXT;
ALTER TABLE reviews ADD COLUMN words TEXT;
ALTER TABLE reviews ADD COLUMN batch INTEGER;   -- the first review of those made together
ALTER TABLE reviews ADD COLUMN key TEXT;        -- the sender's: the same one is the same review
CREATE UNIQUE INDEX reviews_by_key ON reviews (key) WHERE key IS NOT NULL;
CREATE INDEX reviews_by_batch ON reviews (batch) WHERE batch IS NOT NULL;
CREATE INDEX reviews_by_rule ON reviews (rule) WHERE rule IS NOT NULL AND ended_at IS NULL;

-- What is not raised again on a site: the words of a dismissed finding and those around them.
CREATE TABLE dismissals (
    review_id INTEGER PRIMARY KEY REFERENCES reviews,
    site      TEXT    NOT NULL,
    rule      TEXT    NOT NULL,
    words     TEXT    NOT NULL,
    before    TEXT    NOT NULL,
    after     TEXT    NOT NULL,
    by        TEXT    NOT NULL
) STRICT;
CREATE INDEX dismissals_by_site ON dismissals (site);

-- A source that somebody has paused is not polled until somebody resumes it.
ALTER TABLE sources ADD COLUMN paused_at INTEGER;
ALTER TABLE sources ADD COLUMN paused_by TEXT;
ALTER TABLE sources ADD COLUMN paused_why TEXT;
-- The mean of `boilerplate` over its latest judged articles, kept with each of them.
ALTER TABLE sources ADD COLUMN boilerplate REAL;
UPDATE sources SET boilerplate = (SELECT avg(boilerplate) FROM (
    SELECT assessments.boilerplate
      FROM articles JOIN assessments ON assessments.id = articles.assessment_id
     WHERE articles.source_id = sources.id AND articles.verdict <> 'abstain'
     ORDER BY articles.id DESC LIMIT 50));
