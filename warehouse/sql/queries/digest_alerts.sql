-- Which alerts had been raised by the end of this day and neither acknowledged nor closed then,
-- about which posts?
WITH waiting AS (
    SELECT *
    FROM alerts
    WHERE
        brand = $brand
        AND raised_at < $ends_at
        AND (acknowledged_at IS NULL OR acknowledged_at >= $ends_at)
        AND (closed_at IS NULL OR closed_at >= $ends_at)
        -- One that was closed at no time that is known is open at no day we can name.
        AND (state <> 'closed' OR coalesce(closed_at, acknowledged_at) IS NOT NULL)
),
about AS (
    SELECT f.*
    FROM mention_facts AS f
    WHERE
        f.brand = $brand
        AND f.fingerprint IN (SELECT md5_number_lower(w.post_id) FROM waiting AS w)
        AND f.deleted_at IS NULL
),
seen AS (
    SELECT
        number,
        arg_max(e, coalesce(observed_at, TIMESTAMPTZ '-infinity')) AS counts
    FROM engagement AS e
    WHERE
        number IN (SELECT a.number FROM about AS a)
        AND (observed_at IS NULL OR observed_at < $ends_at)
    GROUP BY number
)
SELECT
    w.alert_id,
    w.kind,
    w.severity,
    w.raised_at,
    w.subject,
    w.reason,
    m.post_id IS NOT NULL AS found,
    m.label,
    m.post_id,
    m.platform,
    m.source,
    m.url,
    m.title,
    m.body,
    m.language,
    m.rating,
    m.posted_at,
    m.score,
    e.counts.likes AS likes_then,
    e.counts.replies AS replies_then,
    e.counts.shares AS shares_then,
    m.peak_stage,
    m.peak_touchpoint
FROM waiting AS w
LEFT JOIN about AS m ON m.post_id = w.post_id
LEFT JOIN seen AS e ON e.number = m.number
ORDER BY
    CASE w.severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END,
    w.raised_at DESC,
    w.alert_id
