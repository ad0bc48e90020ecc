-- Which posts of a batch are stored already, and what are their numbers? The one time a batch looks
-- through all posts: what else belongs to them is found by number.
CREATE OR REPLACE TEMP TABLE known_posts AS
SELECT p.post_id, p.number, p.deleted_at IS NOT NULL OR i.deleted_at IS NOT NULL AS deleted
FROM incoming AS i
JOIN posts AS p ON p.post_id = i.post_id
