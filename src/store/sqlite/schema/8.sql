-- What must not stop the rest: pages whose visits end without a word, rows that cannot be read,
-- parcels that their receiver does not want.

-- Leases in a row that ended without a word: the visit or the whole process died.
ALTER TABLE urls ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
-- It was under way when a process died: until it is read, it is asked while no other such one is.
ALTER TABLE urls ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0;
-- Why it is not asked for any more, whoever lists it: 'lost' or 'unreadable'.
ALTER TABLE urls ADD COLUMN parked TEXT;
CREATE INDEX urls_parked ON urls (source_id, parked) WHERE parked IS NOT NULL;

-- What the receiver said when it refused a parcel for good. It stays to be seen, and is sent once more
-- when the channels are taken up anew.
ALTER TABLE outbox ADD COLUMN refused TEXT;
DROP INDEX outbox_by_time;
CREATE INDEX outbox_by_channel ON outbox (channel, next_at) WHERE refused IS NULL;
CREATE INDEX outbox_refused ON outbox (id) WHERE refused IS NOT NULL;
