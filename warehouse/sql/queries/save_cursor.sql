-- How far has this source been read?
MERGE INTO private.cursors
USING (SELECT $source AS source, $cursor AS cursor, $saved_at AS saved_at) AS i
ON private.cursors.source = i.source
WHEN MATCHED THEN UPDATE SET cursor = i.cursor, saved_at = i.saved_at
WHEN NOT MATCHED THEN INSERT VALUES (i.source, i.cursor, i.saved_at)
