-- Which negative posts by customers gained at least $floor likes, replies and shares in the last
-- hours, and $ratio times what a post of the same source usually gains in that time? Comments
-- count with their thread (a reply is one of its reactions), not by themselves.
WITH counted AS (
    SELECT
        post_id,
        observed_at,
        coalesce(likes, 0) + coalesce(replies, 0) + coalesce(shares, 0) AS total
    FROM engagement
    WHERE observed_at <= $now
),
grown AS (
    SELECT
        m.brand,
        m.source,
        m.post_id,
        m.label,
        m.score,
        m.posted_at,
        arg_max(c.total, c.observed_at) AS total,
        max(c.observed_at) AS last_observed,
        count(*) AS observations,
        -- What it had when the window began; nothing where it did not exist then. A post that
        -- was already old when first seen starts from that first count, which may be years' worth.
        coalesce(
            arg_max(c.total, c.observed_at) FILTER (WHERE c.observed_at <= $window_start),
            CASE
                WHEN m.posted_at >= $window_start THEN 0
                ELSE arg_min(c.total, c.observed_at)
            END
        ) AS before
    FROM mentions AS m
    JOIN counted AS c ON c.post_id = m.post_id
    WHERE m.role = 'own' AND m.author_role <> 'brand' AND m.deleted_at IS NULL
        AND m.posted_at BETWEEN $baseline_start AND $now
        AND (m.kind <> 'comment' OR m.thread_id NOT IN (SELECT p.post_id FROM posts AS p))
    GROUP BY m.brand, m.source, m.post_id, m.label, m.score, m.posted_at
),
usual AS (
    SELECT brand, source, greatest(median(total - before), 1) AS growth, count(*) AS posts
    FROM grown
    GROUP BY brand, source
)
SELECT
    g.brand,
    g.post_id,
    g.source,
    g.total - g.before AS growth,
    u.growth AS usual_growth,
    g.total,
    g.observations,
    g.score
FROM grown AS g
JOIN usual AS u ON u.brand = g.brand AND u.source = g.source
WHERE
    g.label = 'negative'
    AND g.last_observed > $window_start
    AND g.total - g.before >= $floor
    AND g.total - g.before >= $ratio * u.growth
ORDER BY growth DESC, g.post_id
