-- Which items are not stored yet?
INSERT INTO private.raw_items
WITH had AS MATERIALIZED (
    SELECT r.number
    FROM known_posts AS k
    JOIN private.raw_items AS r ON r.number = k.number
    WHERE r.source = $source
)
SELECT $source AS source, k.post_id, i.place, i.payload, i.fetched_at, k.number
FROM incoming_raw AS i
JOIN known_posts AS k ON k.post_id = i.post_id AND NOT k.deleted
ANTI JOIN had AS h ON h.number = k.number
