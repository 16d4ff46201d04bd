-- Dates are kept as exactly as they were said: a day (2024-05-03), a time whose zone is not known
-- (2024-05-03T10:15:00) or a moment (RFC 3339). `articles.published` and `modified` held moments
-- alone; what feeds say of a URL was kept as milliseconds.
ALTER TABLE urls ADD COLUMN announced TEXT;
UPDATE urls
   SET announced = strftime('%Y-%m-%dT%H:%M:%SZ', published / 1000, 'unixepoch')
 WHERE published IS NOT NULL;
ALTER TABLE urls DROP COLUMN published;
ALTER TABLE urls RENAME COLUMN announced TO published;
