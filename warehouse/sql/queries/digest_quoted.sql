-- What do these posts say, how do they read, and what was known of them at the period's end?
WITH asked AS (
    SELECT post_id, number
    FROM posts
    WHERE post_id IN (SELECT unnest($posts)) AND number BETWEEN $first AND $last
),
seen AS (
    SELECT
        number,
        arg_max(e, coalesce(observed_at, TIMESTAMPTZ '-infinity')) AS counts
    FROM engagement AS e
    WHERE
        number IN (SELECT a.number FROM asked AS a)
        AND number BETWEEN $first AND $last
        AND (observed_at IS NULL OR observed_at < $ends_at)
    GROUP BY number
),
peaks AS (
    SELECT number, max(stage) AS stage, max(touchpoint) AS touchpoint
    FROM moments
    WHERE number IN (SELECT a.number FROM asked AS a) AND is_peak
        AND number BETWEEN $first AND $last
    GROUP BY number
)
SELECT
    s.label,
    p.post_id,
    p.platform,
    b.source,
    p.url,
    p.title,
    p.body,
    p.language,
    p.rating,
    p.posted_at,
    s.score,
    e.counts.likes AS likes_then,
    e.counts.replies AS replies_then,
    e.counts.shares AS shares_then,
    k.stage AS peak_stage,
    k.touchpoint AS peak_touchpoint
FROM posts AS p
JOIN post_brands AS b ON b.number = p.number
CROSS JOIN active AS a
LEFT JOIN sentiments AS s
    ON s.number = p.number AND s.model = a.model AND s.content_hash = p.content_hash
        AND s.number BETWEEN $first AND $last
LEFT JOIN seen AS e ON e.number = p.number
LEFT JOIN peaks AS k ON k.number = p.number
WHERE
    p.number BETWEEN $first AND $last
    AND p.number IN (SELECT a.number FROM asked AS a)
    AND b.brand = $brand
    AND p.deleted_at IS NULL
QUALIFY row_number() OVER (PARTITION BY p.post_id ORDER BY b.source) = 1
