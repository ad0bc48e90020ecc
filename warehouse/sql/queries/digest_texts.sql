-- What did customers write about this brand in this period, and how does it read?
-- At most so many posts, chosen by a fingerprint of their ids: the same ones every time. They are
-- chosen before their texts are read.
WITH chosen AS MATERIALIZED (
    SELECT
        p.number,
        p.post_id,
        coalesce(p.author, p.post_id) AS writer,
        s.label,
        s.score
    FROM posts AS p
    JOIN post_brands AS b ON b.number = p.number
    CROSS JOIN active AS a
    JOIN sentiments AS s
        ON s.number = p.number AND s.model = a.model AND s.content_hash = p.content_hash
    WHERE
        b.brand = $brand
        AND p.number BETWEEN $first AND $last
        AND coalesce(p.posted_at, p.collected_at) >= $starts_at
        AND coalesce(p.posted_at, p.collected_at) < $ends_at
        AND p.author_role <> 'brand'
        AND p.excluded_reason IS NULL
        AND p.deleted_at IS NULL
        AND s.label IS NOT NULL
    ORDER BY md5(p.post_id)
    LIMIT $most
)
SELECT
    c.post_id,
    c.writer,
    c.label,
    c.score,
    left(concat_ws('. ', p.title, p.body), $length) AS text
FROM chosen AS c
JOIN posts AS p ON p.number = c.number
WHERE p.number BETWEEN $first AND $last
ORDER BY md5(c.post_id)
