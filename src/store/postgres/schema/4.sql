-- Pages in parts, so that a month of them goes at once instead of row by row. A part has the pages of
-- the articles from one number up to another, for the key of a page is its article, by which workers of
-- the version before write it as well; `parts.rs` begins and ends them. What is there becomes the part
-- of all that is past. Without a foreign key: a part that is taken out would keep everybody from
-- `articles` for a moment, and whoever drops an article drops its page as well.
--
-- Both at once and in the order of those who write an article: nobody waits in a circle.
LOCK TABLE articles, pages IN ACCESS EXCLUSIVE MODE;
ALTER TABLE pages RENAME TO pages_past;
ALTER INDEX pages_pkey RENAME TO pages_past_pkey;
ALTER INDEX pages_by_time RENAME TO pages_past_by_time;
ALTER TABLE pages_past DROP CONSTRAINT pages_article_id_fkey;
DROP TRIGGER pages_counted ON pages_past;

CREATE TABLE pages (
    article_id bigint PRIMARY KEY,
    fetched_at bigint NOT NULL,
    link       json   NOT NULL,
    final_url  text   NOT NULL,
    status     bigint NOT NULL,
    headers    json   NOT NULL,
    bytes      bigint NOT NULL,                -- of `body`, unpacked
    body       bytea  NOT NULL                 -- zstd
) PARTITION BY RANGE (article_id);
ALTER TABLE pages ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX pages_by_time ON pages (fetched_at);
CREATE TRIGGER pages_counted AFTER INSERT OR DELETE OR UPDATE OF body, headers ON pages
    FOR EACH ROW EXECUTE FUNCTION pages_counted();

DO $$
DECLARE
    next bigint := (SELECT coalesce(max(id), 0) + 1 FROM articles);
BEGIN
    EXECUTE format('ALTER TABLE pages ATTACH PARTITION pages_past
                    FOR VALUES FROM (MINVALUE) TO (%s)', next);
    EXECUTE format('CREATE TABLE pages_from_%s PARTITION OF pages
                    FOR VALUES FROM (%s) TO (MAXVALUE)', next, next);
END $$;
