-- Whose workers watch a source: those of this group, or those of none.
ALTER TABLE sources ADD COLUMN group_name TEXT;
