-- Which posts were not yet known to be about this brand?
INSERT INTO post_brands
SELECT i.post_id, $brand AS brand, $role AS role, $source AS source, 'source' AS matched_by
FROM incoming AS i
JOIN posts AS p ON p.post_id = i.post_id
ANTI JOIN post_brands AS b ON b.post_id = i.post_id AND b.brand = $brand
