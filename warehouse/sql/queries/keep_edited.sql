-- Which posts look edited only because their item was parsed in another way?
UPDATE posts
SET edited_at = b.edited_at
FROM before_parsing AS b
WHERE posts.post_id = b.post_id AND posts.edited_at IS DISTINCT FROM b.edited_at
