-- The two complaints apart: how likely the text is an unedited machine translation with all evidence,
-- and how much of it is residue of the page. NULL before this schema: then `overall`, the worse of
-- the two, is all that is known.
ALTER TABLE assessments ADD COLUMN machine_translation REAL;
ALTER TABLE assessments ADD COLUMN residue REAL;
