-- Which known posts have been deleted upstream? Their text goes, what was read in it stays.
UPDATE posts
SET deleted_at = i.deleted_at, title = NULL, body = '', url = NULL, author = NULL, attributes = NULL
FROM (
    SELECT k.number, n.deleted_at
    FROM incoming AS n
    JOIN known_posts AS k ON k.post_id = n.post_id
    WHERE n.deleted_at IS NOT NULL
) AS i
WHERE posts.number = i.number AND posts.deleted_at IS NULL
