-- What a source's rhythm is, and since when an article is known: what comes next follows from both.

ALTER TABLE urls ADD COLUMN rhythm TEXT;        -- JSON; of what is asked again and again
ALTER TABLE urls ADD COLUMN first_read INTEGER; -- when it was first read

-- Milliseconds between two requests, as last known: after a crash nobody knows when the host was
-- last asked, so it rests that long from the restart. Ten seconds until it is known.
ALTER TABLE hosts ADD COLUMN delay INTEGER NOT NULL DEFAULT 10000;

-- Leases that ran out, ever.
INSERT INTO tallies (tally, urls) VALUES ('expired', 0);
