-- Which items are not stored yet?
INSERT INTO private.raw_items
SELECT $source AS source, i.post_id, i.place, i.payload, i.fetched_at
FROM incoming_raw AS i
JOIN posts AS p ON p.post_id = i.post_id AND p.deleted_at IS NULL
ANTI JOIN private.raw_items AS r ON r.source = $source AND r.post_id = i.post_id
