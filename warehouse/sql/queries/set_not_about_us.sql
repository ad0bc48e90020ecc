-- Which known posts lost, by an edit, the words for which they were taken?
UPDATE posts
SET excluded_reason = 'not_about_us'
WHERE
    post_id IN (SELECT unnest($ids))
    AND excluded_reason IS NULL
    AND deleted_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM post_brands AS b
        WHERE b.post_id = posts.post_id
            AND (b.source <> $source OR b.matched_by NOT LIKE 'query%')
    )
