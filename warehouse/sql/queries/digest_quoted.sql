-- What do these posts say, how do they read, and what was known of them at the period's end?
WITH said AS (
    SELECT *
    FROM mention_facts
    WHERE
        brand = $brand
        AND number BETWEEN $first AND $last
        AND fingerprint IN (
            SELECT md5_number_lower(post_id) FROM (SELECT unnest($posts) AS post_id)
        )
        AND deleted_at IS NULL
),
seen AS (
    SELECT
        number,
        arg_max(e, coalesce(observed_at, TIMESTAMPTZ '-infinity')) AS counts
    FROM engagement AS e
    WHERE
        number IN (SELECT s.number FROM said AS s)
        AND number BETWEEN $first AND $last
        AND (observed_at IS NULL OR observed_at < $ends_at)
    GROUP BY number
)
SELECT
    s.label,
    s.post_id,
    s.platform,
    s.source,
    s.url,
    s.title,
    s.body,
    s.language,
    s.rating,
    s.posted_at,
    s.score,
    e.counts.likes AS likes_then,
    e.counts.replies AS replies_then,
    e.counts.shares AS shares_then,
    s.peak_stage,
    s.peak_touchpoint
FROM said AS s
LEFT JOIN seen AS e ON e.number = s.number
