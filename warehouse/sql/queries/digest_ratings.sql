-- Of customers' posts with stars in this period: how many read otherwise than their stars?
WITH rated AS (
    SELECT
        p.post_id,
        p.rating,
        p.rating <= 2 AND s.label = 'positive' AS low_but_positive,
        p.rating >= 4 AND s.label = 'negative' AS high_but_negative,
        abs(s.score) AS strength
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
        AND p.rating IS NOT NULL
        AND p.author_role <> 'brand'
        AND p.excluded_reason IS NULL
        AND p.deleted_at IS NULL
        AND s.label IS NOT NULL
)
SELECT
    count(*) AS posts,
    avg(rating) AS mean,
    count(*) FILTER (WHERE low_but_positive) AS low_but_positive,
    count(*) FILTER (WHERE high_but_negative) AS high_but_negative,
    arg_max(post_id, (strength, post_id)) FILTER (WHERE low_but_positive OR high_but_negative)
        AS strongest
FROM rated
