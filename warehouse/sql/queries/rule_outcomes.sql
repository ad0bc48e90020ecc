-- What became of the posts of $start to $end: their reactions in the end, when they rose fastest,
-- and whether that was viral: $reach reactions and $times what their source's middling post got?
-- This looks at everything, so it is for judging a rule afterwards, never for a rule.
WITH counted AS (
    SELECT
        b.brand,
        b.source,
        p.post_id,
        e.observed_at,
        coalesce(e.likes, 0) + coalesce(e.replies, 0) + coalesce(e.shares, 0) AS total,
        p.posted_at,
        s.label IS NOT NULL AND s.label = 'negative' AS negative,
        p.posted_at >= $start AS within
    FROM posts AS p
    JOIN post_brands AS b ON b.post_id = p.post_id AND b.role = 'own'
    JOIN engagement AS e ON e.post_id = p.post_id
    CROSS JOIN active AS a
    LEFT JOIN sentiments AS s
        ON s.post_id = p.post_id AND s.model = a.model AND s.content_hash = p.content_hash
    WHERE
        p.posted_at > $since AND p.posted_at < $end AND e.observed_at >= p.posted_at
        AND p.author_role <> 'brand' AND p.excluded_reason IS NULL
),
steps AS (
    SELECT
        *,
        (
            total - coalesce(
                lag(total) OVER (PARTITION BY brand, post_id ORDER BY observed_at), 0
            )
        ) / greatest(
            epoch_us(observed_at) - coalesce(
                epoch_us(lag(observed_at) OVER (PARTITION BY brand, post_id ORDER BY observed_at)),
                epoch_us(posted_at)
            ),
            1
        ) AS speed
    FROM counted
),
ended AS (
    SELECT
        brand,
        source,
        post_id,
        any_value(negative) AS negative,
        any_value(within) AS within,
        max(total) AS total,
        arg_max(observed_at, speed) AS peak,
        count(*) AS observations
    FROM steps
    GROUP BY brand, source, post_id
),
usual AS (
    SELECT brand, source, greatest(median(total), 1) AS total FROM ended GROUP BY brand, source
)
SELECT
    e.brand,
    e.post_id,
    e.total,
    e.negative,
    e.peak,
    e.observations,
    e.total >= greatest($reach, $times * u.total) AS viral
FROM ended AS e
JOIN usual AS u ON u.brand = e.brand AND u.source = e.source
WHERE e.within
