-- Which stored items have another content now?
UPDATE private.raw_items
SET payload = i.payload, place = i.place, fetched_at = i.fetched_at
FROM (
    SELECT k.number, n.payload, n.place, n.fetched_at
    FROM incoming_raw AS n
    JOIN known_posts AS k ON k.post_id = n.post_id
) AS i
WHERE
    private.raw_items.source = $source
    AND private.raw_items.number = i.number
    AND private.raw_items.payload IS DISTINCT FROM i.payload
