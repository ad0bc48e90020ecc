-- Which posts of a batch are stored already, and what are their numbers? The one time a batch looks
-- through all posts, and only at fingerprints; what else belongs to them is found by number.
CREATE OR REPLACE TEMP TABLE known_posts AS
WITH likely AS MATERIALIZED (
    SELECT i.post_id, p.number, i.deleted_at
    FROM incoming AS i
    JOIN posts AS p ON p.fingerprint = md5_number_lower(i.post_id)
)
SELECT l.post_id, l.number, p.deleted_at IS NOT NULL OR l.deleted_at IS NOT NULL AS deleted
FROM likely AS l
JOIN posts AS p ON p.number = l.number AND p.post_id = l.post_id
