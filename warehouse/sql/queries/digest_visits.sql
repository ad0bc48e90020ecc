-- How had each source of this brand been visited by the end of this day?
-- Only visits that had ended count: later one cannot tell a visit that was under way then.
WITH past AS (
    SELECT *
    FROM source_runs
    WHERE finished_at >= $since AND finished_at < $ends_at
),
-- A source is another brand's where it has brought posts, and none of them is about this one.
others AS (
    SELECT p.source
    FROM past AS p
    WHERE p.source NOT IN (SELECT DISTINCT source FROM post_brands WHERE brand = $brand)
    GROUP BY p.source
    HAVING sum(p.new) > 0
)
SELECT
    source,
    max(finished_at) FILTER (WHERE error_kind IS NULL) AS last_success,
    count(*) FILTER (WHERE finished_at >= $starts_at) AS visits,
    arg_max(
        {'failed': error_kind IS NOT NULL, 'error': error}, (finished_at, started_at, run_id)
    ) FILTER (WHERE finished_at >= $starts_at) AS last_visit,
    arg_max(truncated, (finished_at, started_at, run_id))
        FILTER (WHERE finished_at >= $starts_at AND truncated IS NOT NULL) AS truncated
FROM past
WHERE source NOT IN (SELECT source FROM others)
GROUP BY source
ORDER BY source
