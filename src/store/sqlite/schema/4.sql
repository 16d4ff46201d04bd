-- What an address that is polled said when it last answered: JSON. Articles that are listed and not to
-- be read are 'done' without ever having been fetched.
ALTER TABLE urls ADD COLUMN last_poll TEXT;
