-- What is told: of which source and when, for their order and for messages that tell of several.
ALTER TABLE outbox ADD COLUMN source TEXT;
ALTER TABLE outbox ADD COLUMN at INTEGER;
UPDATE outbox SET source = payload ->> 'source', at = next_at;
-- Later ones of a source wait for one that has failed.
CREATE INDEX outbox_tried ON outbox (channel, source, id) WHERE attempts > 0 AND refused IS NULL;

-- The last article after which a source was told to be silent, and when it was told to be suspected.
ALTER TABLE sources ADD COLUMN silent_since INTEGER;
ALTER TABLE sources ADD COLUMN suspected_at INTEGER;
