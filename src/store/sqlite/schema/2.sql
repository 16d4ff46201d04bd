-- Pages that met a bot wall, by source: the sources page tells how many.
CREATE INDEX urls_walled ON urls (source_id, fetched_at) WHERE outcome = 'challenge';
