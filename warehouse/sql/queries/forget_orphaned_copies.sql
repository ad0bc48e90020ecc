-- Which notes of copies speak of a post that is gone?
DELETE FROM duplicates
WHERE original NOT IN (SELECT post_id FROM posts WHERE deleted_at IS NULL)
