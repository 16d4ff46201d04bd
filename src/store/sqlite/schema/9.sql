-- How much of a backfill waits is told several times a second: it is counted as it changes, for its
-- links may be a million.

ALTER TABLE backfills ADD COLUMN lists_waiting    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE backfills ADD COLUMN articles_waiting INTEGER NOT NULL DEFAULT 0;
UPDATE backfills
   SET (lists_waiting, articles_waiting) = (
        SELECT coalesce(sum(rank > 0), 0), coalesce(sum(rank = 0), 0) FROM backfill_links
         WHERE backfill_id = backfills.id AND waiting);

-- What is added is counted by whoever adds it: thousands of rows at once.
CREATE TRIGGER backfill_links_moved AFTER UPDATE OF waiting ON backfill_links
WHEN NEW.waiting <> OLD.waiting BEGIN
    UPDATE backfills
       SET lists_waiting = lists_waiting + (NEW.waiting - OLD.waiting) * (NEW.rank > 0),
           articles_waiting = articles_waiting + (NEW.waiting - OLD.waiting) * (NEW.rank = 0)
     WHERE id = NEW.backfill_id;
END;
CREATE TRIGGER backfill_links_removed AFTER DELETE ON backfill_links WHEN OLD.waiting BEGIN
    UPDATE backfills
       SET lists_waiting = lists_waiting - (OLD.rank > 0),
           articles_waiting = articles_waiting - (OLD.rank = 0)
     WHERE id = OLD.backfill_id;
END;
