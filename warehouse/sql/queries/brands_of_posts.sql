-- Whom are these posts about, of those that are stored?
SELECT p.post_id, b.brand, b.role
FROM posts AS p
LEFT JOIN post_brands AS b ON b.post_id = p.post_id
WHERE p.post_id IN (SELECT unnest($ids))
