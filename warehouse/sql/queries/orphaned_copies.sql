-- Which copies have lost the post that stood for them? They count by themselves again.
UPDATE posts
SET excluded_reason = NULL
WHERE
    excluded_reason = 'duplicate_of'
    AND post_id IN (
        SELECT d.post_id FROM duplicates AS d
        ANTI JOIN posts AS p ON p.post_id = d.original AND p.deleted_at IS NULL
    )
