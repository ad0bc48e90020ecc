-- Which stored items have another content now?
UPDATE private.raw_items
SET payload = i.payload, place = i.place, fetched_at = i.fetched_at
FROM incoming_raw AS i
WHERE
    private.raw_items.source = $source
    AND private.raw_items.post_id = i.post_id
    AND private.raw_items.payload IS DISTINCT FROM i.payload
