-- What is shown of each of these posts in a list? Long texts are cut.
WITH wanted AS (SELECT unnest($numbers::BIGINT[]) AS number)
SELECT
    p.number,
    p.post_id,
    p.content_hash,
    p.platform,
    p.kind,
    f.brand,
    f.source,
    p.url,
    p.author_role,
    left(p.title, $letters) AS title,
    left(p.body, $letters) AS body,
    length(p.body) AS length,
    p.language,
    p.rating,
    p.posted_at,
    p.collected_at,
    p.edited_at,
    p.deleted_at,
    p.thread_id,
    p.parent_id,
    f.status,
    f.label,
    f.score,
    f.likes,
    f.replies,
    f.shares,
    f.views
FROM posts AS p
JOIN mention_facts AS f ON f.number = p.number
WHERE
    -- The bounds spare reading what is far in time; numbers grow as posts come in.
    p.number BETWEEN $first AND $last
    AND f.number BETWEEN $first AND $last
    AND p.number IN (SELECT number FROM wanted)
    AND f.number IN (SELECT number FROM wanted)
ORDER BY p.number, f.role DESC, f.brand
