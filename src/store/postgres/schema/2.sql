-- When each IP address, which many hosts may share, has had its turns until: a time of its own for each
-- request, however many workers ask. Nothing of it is worth keeping once that time is past.
CREATE TABLE addresses (
    address text   COLLATE "C" PRIMARY KEY,
    next_at bigint NOT NULL
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000
);
CREATE INDEX addresses_by_time ON addresses (next_at);

-- Who is at work, and which sources are in its configuration: one that another worker has is not put to
-- rest.
CREATE TABLE workers (
    name    text   COLLATE "C" PRIMARY KEY,
    seen_at bigint NOT NULL,
    sources text[] COLLATE "C" NOT NULL
);
