-- The posts after $after as a batch brings them.
SELECT
    post_id, platform, kind, url, author, author_role, title, body, language, rating, posted_at,
    collected_at, edited_at, deleted_at, thread_id, parent_id, content_hash,
    CAST(attributes AS VARCHAR) AS attributes
FROM posts
WHERE number > $after AND number <= $until
