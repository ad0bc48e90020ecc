-- Which alerts that still want attention have not fired since $since? One about a post or the
-- ratings of a source that could not be read the last time stays: nobody looked, so nobody knows
-- that it is calm.
WITH latest AS (
    SELECT source, arg_max(error_kind IS NULL, started_at) AS well
    FROM source_runs
    WHERE finished_at IS NOT NULL
    GROUP BY source
)
SELECT a.alert_id
FROM alerts AS a
LEFT JOIN post_brands AS b ON b.post_id = a.post_id AND b.brand = a.brand
LEFT JOIN latest AS l ON l.source = b.source OR a.subject = 'ratings:' || l.source
WHERE a.state <> 'closed' AND a.fired_at <= $since AND coalesce(l.well, TRUE)
ORDER BY a.alert_id
