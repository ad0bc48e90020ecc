-- Which stored items belong to posts that are deleted upstream?
DELETE FROM private.raw_items
WHERE post_id IN (SELECT i.post_id FROM incoming AS i WHERE i.deleted_at IS NOT NULL)
