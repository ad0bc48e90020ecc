-- Which posts are new? What was deleted before we ever saw it is not stored.
INSERT INTO posts
SELECT
    i.post_id, i.platform, i.kind, i.url, i.author, i.author_role, i.title, i.body, i.language,
    i.rating, i.posted_at, i.collected_at, i.edited_at, NULL AS deleted_at, i.thread_id,
    i.parent_id, i.content_hash, NULL AS excluded_reason, i.attributes,
    $last + row_number() OVER (ORDER BY coalesce(i.posted_at, i.collected_at), i.post_id) AS number,
    md5_number_lower(i.post_id) AS fingerprint
FROM incoming AS i
ANTI JOIN known_posts AS k ON k.post_id = i.post_id
WHERE i.deleted_at IS NULL
ORDER BY number
