-- Which posts were not yet known to be about these brands?
INSERT INTO post_brands
WITH had AS MATERIALIZED (
    SELECT b.number, b.brand
    FROM known_posts AS k
    JOIN post_brands AS b ON b.number = k.number
)
SELECT k.post_id, i.brand, i.role, $source AS source, i.matched_by, k.number
FROM incoming_brands AS i
JOIN known_posts AS k ON k.post_id = i.post_id
ANTI JOIN had AS h ON h.number = k.number AND h.brand = i.brand
