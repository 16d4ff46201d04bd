-- Pages that met a bot wall, by source: the sources page tells how many.
CREATE INDEX urls_walled ON urls (source_id, fetched_at) WHERE outcome = 'challenge';

-- What a source's rhythm is, and since when an article is known: what comes next follows from both.

ALTER TABLE urls ADD COLUMN rhythm TEXT;        -- JSON; of what is asked again and again
ALTER TABLE urls ADD COLUMN first_read INTEGER; -- when it was first read
