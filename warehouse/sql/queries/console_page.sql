-- What is shown of each of these posts in a list? Long texts are cut.
-- The posts lie far apart where a list is in no order of time: their places are found by the numbers
-- alone, so that texts are read at these places only. The bounds spare looking where none can be.
WITH wanted AS (SELECT unnest($numbers::BIGINT[]) AS number),
hashes AS (
    SELECT p.number, p.content_hash
    FROM posts AS p
    WHERE p.rowid IN (
        SELECT rowid
        FROM posts
        WHERE number BETWEEN $first AND $last AND number IN (SELECT number FROM wanted)
    )
)
SELECT
    f.number,
    f.post_id,
    h.content_hash,
    f.platform,
    f.kind,
    f.brand,
    f.source,
    f.url,
    f.author_role,
    left(f.title, $letters) AS title,
    left(f.body, $letters) AS body,
    length(f.body) AS length,
    f.language,
    f.rating,
    f.posted_at,
    f.collected_at,
    f.edited_at,
    f.deleted_at,
    f.thread_id,
    f.parent_id,
    f.status,
    f.label,
    f.score,
    f.likes,
    f.replies,
    f.shares,
    f.views
FROM mention_facts AS f
JOIN hashes AS h ON h.number = f.number
WHERE f.rowid IN (
    SELECT rowid
    FROM mention_facts
    WHERE number BETWEEN $first AND $last AND number IN (SELECT number FROM wanted)
)
ORDER BY f.number, f.role DESC, f.brand
