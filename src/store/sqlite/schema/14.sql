-- What is kept for how long: bytes by kind, and what is old enough to go, found without a search.

-- Rows and bytes of what takes the most room: the large columns, not the indexes. Kept by triggers, for
-- counting them would read the whole file.
CREATE TABLE kept (
    kind  TEXT    NOT NULL PRIMARY KEY,
    rows  INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO kept (kind, rows, bytes)
SELECT 'pages', count(*), coalesce(sum(length(body) + octet_length(headers)), 0) FROM pages;
INSERT INTO kept (kind, rows, bytes)
SELECT 'articles', count(*), coalesce(sum(octet_length(body) + octet_length(blocks)), 0)
  FROM articles;
INSERT INTO kept (kind, rows, bytes)
SELECT 'conclusions', count(*),
       coalesce(sum(octet_length(findings) + coalesce(octet_length(evidence), 0)), 0)
  FROM assessments;
INSERT INTO kept (kind, rows, bytes)
SELECT 'versions', count(*), coalesce(sum(length(body)), 0) FROM versions;
INSERT INTO kept (kind, rows, bytes)
SELECT 'fingerprints', count(*), coalesce(sum(length(sketch)), 0) FROM fingerprints;

CREATE TRIGGER pages_kept AFTER INSERT ON pages BEGIN
    UPDATE kept SET rows = rows + 1, bytes = bytes + length(NEW.body) + octet_length(NEW.headers)
     WHERE kind = 'pages';
END;
CREATE TRIGGER pages_replaced AFTER UPDATE OF body, headers ON pages BEGIN
    UPDATE kept
       SET bytes = bytes + length(NEW.body) + octet_length(NEW.headers)
                         - length(OLD.body) - octet_length(OLD.headers)
     WHERE kind = 'pages';
END;
CREATE TRIGGER pages_dropped AFTER DELETE ON pages BEGIN
    UPDATE kept SET rows = rows - 1, bytes = bytes - length(OLD.body) - octet_length(OLD.headers)
     WHERE kind = 'pages';
END;
CREATE TRIGGER articles_kept AFTER INSERT ON articles BEGIN
    UPDATE kept
       SET rows = rows + 1, bytes = bytes + octet_length(NEW.body) + octet_length(NEW.blocks)
     WHERE kind = 'articles';
END;
CREATE TRIGGER articles_replaced AFTER UPDATE OF body, blocks ON articles BEGIN
    UPDATE kept
       SET bytes = bytes + octet_length(NEW.body) + octet_length(NEW.blocks)
                         - octet_length(OLD.body) - octet_length(OLD.blocks)
     WHERE kind = 'articles';
END;
CREATE TRIGGER articles_dropped AFTER DELETE ON articles BEGIN
    UPDATE kept
       SET rows = rows - 1, bytes = bytes - octet_length(OLD.body) - octet_length(OLD.blocks)
     WHERE kind = 'articles';
END;
CREATE TRIGGER assessments_kept AFTER INSERT ON assessments BEGIN
    UPDATE kept
       SET rows = rows + 1,
           bytes = bytes + octet_length(NEW.findings) + coalesce(octet_length(NEW.evidence), 0)
     WHERE kind = 'conclusions';
END;
CREATE TRIGGER assessments_dropped AFTER DELETE ON assessments BEGIN
    UPDATE kept
       SET rows = rows - 1,
           bytes = bytes - octet_length(OLD.findings) - coalesce(octet_length(OLD.evidence), 0)
     WHERE kind = 'conclusions';
END;
CREATE TRIGGER versions_kept AFTER INSERT ON versions BEGIN
    UPDATE kept SET rows = rows + 1, bytes = bytes + length(NEW.body) WHERE kind = 'versions';
END;
CREATE TRIGGER versions_dropped AFTER DELETE ON versions BEGIN
    UPDATE kept SET rows = rows - 1, bytes = bytes - length(OLD.body) WHERE kind = 'versions';
END;
CREATE TRIGGER fingerprints_kept AFTER INSERT ON fingerprints BEGIN
    UPDATE kept SET rows = rows + 1, bytes = bytes + length(NEW.sketch) WHERE kind = 'fingerprints';
END;
CREATE TRIGGER fingerprints_dropped AFTER DELETE ON fingerprints BEGIN
    UPDATE kept SET rows = rows - 1, bytes = bytes - length(OLD.sketch) WHERE kind = 'fingerprints';
END;

-- Until when a conclusion was the latest of its article; NULL while it is.
ALTER TABLE assessments ADD COLUMN until INTEGER;
UPDATE assessments
   SET until = (SELECT at FROM assessments AS latest
                 WHERE latest.id = (SELECT assessment_id FROM articles
                                     WHERE articles.id = assessments.article_id))
 WHERE id <> (SELECT assessment_id FROM articles WHERE articles.id = assessments.article_id);
CREATE INDEX assessments_replaced ON assessments (until) WHERE until IS NOT NULL;
CREATE INDEX versions_by_time ON versions (until);

-- When somebody last listed it, to within a week. What was known before this schema counts as listed on
-- 1 December 2025.
ALTER TABLE urls ADD COLUMN listed_at INTEGER NOT NULL DEFAULT 1764547200000;
CREATE INDEX urls_settled ON urls (listed_at) WHERE kind = 'article' AND state IN ('done', 'gone');

-- So that an article can go without a search of all clusters.
CREATE INDEX clusters_by_first ON clusters (first_id);
