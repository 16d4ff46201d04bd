-- Whose workers watch a source: those of this group, or those of none.
ALTER TABLE sources ADD COLUMN group_name text COLLATE "C";

-- A worker that has ended is known for a while, so that what only it had rests if it does not come back.
ALTER TABLE workers ADD COLUMN is_ended boolean NOT NULL DEFAULT false;
