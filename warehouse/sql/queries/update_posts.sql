-- Which known posts came with another text or other details? A deleted post stays deleted.
UPDATE posts
SET
    kind = i.kind,
    url = coalesce(i.url, posts.url),
    author = coalesce(i.author, posts.author),
    author_role = i.author_role,
    title = i.title,
    body = i.body,
    language = CASE
        WHEN i.language IS NOT NULL THEN i.language
        WHEN i.content_hash <> posts.content_hash THEN NULL
        ELSE posts.language
    END,
    rating = i.rating,
    posted_at = coalesce(i.posted_at, posts.posted_at),
    edited_at = CASE
        WHEN i.edited_at IS NOT NULL THEN i.edited_at
        WHEN i.content_hash <> posts.content_hash THEN i.collected_at
        ELSE posts.edited_at
    END,
    thread_id = coalesce(i.thread_id, posts.thread_id),
    parent_id = coalesce(i.parent_id, posts.parent_id),
    content_hash = i.content_hash,
    attributes = i.attributes
FROM (
    SELECT k.number, n.*
    FROM incoming AS n
    JOIN known_posts AS k ON k.post_id = n.post_id
    WHERE n.deleted_at IS NULL
) AS i
WHERE
    posts.number = i.number
    AND posts.deleted_at IS NULL
    AND (
        posts.content_hash <> i.content_hash
        OR posts.kind <> i.kind
        OR posts.author_role <> i.author_role
        OR posts.rating IS DISTINCT FROM i.rating
        OR posts.attributes IS DISTINCT FROM i.attributes
        OR (i.language IS NOT NULL AND posts.language IS DISTINCT FROM i.language)
        OR (i.url IS NOT NULL AND posts.url IS DISTINCT FROM i.url)
        OR (i.author IS NOT NULL AND posts.author IS DISTINCT FROM i.author)
        OR (i.posted_at IS NOT NULL AND posts.posted_at IS DISTINCT FROM i.posted_at)
        OR (i.edited_at IS NOT NULL AND posts.edited_at IS DISTINCT FROM i.edited_at)
        OR (i.thread_id IS NOT NULL AND posts.thread_id IS DISTINCT FROM i.thread_id)
        OR (i.parent_id IS NOT NULL AND posts.parent_id IS DISTINCT FROM i.parent_id)
    )
