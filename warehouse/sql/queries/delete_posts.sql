-- Which known posts have been deleted upstream? Their text goes, what was read in it stays.
UPDATE posts
SET deleted_at = i.deleted_at, title = NULL, body = '', url = NULL, author = NULL, attributes = NULL
FROM incoming AS i
WHERE posts.post_id = i.post_id AND i.deleted_at IS NOT NULL AND posts.deleted_at IS NULL
