-- What must be the same on every machine that writes to this lake?
SELECT name, value FROM private.lake_marks
