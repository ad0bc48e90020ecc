-- How far has this source been read?
INSERT OR REPLACE INTO private.cursors VALUES ($source, $cursor, $saved_at)
