-- Which sources have failed at every one of their last visits, $failures of them or more?
WITH visits AS (
    SELECT source, started_at, error_kind, error
    FROM source_runs
    WHERE finished_at <= $now AND started_at > $since AND list_contains($sources, source)
),
well AS (
    SELECT source, max(started_at) AS at FROM visits WHERE error_kind IS NULL GROUP BY source
)
SELECT
    v.source,
    count(*) AS failures,
    min(v.started_at) AS failing_since,
    max(w.at) AS last_well,
    arg_max(v.error_kind, v.started_at) AS error_kind,
    arg_max(v.error, v.started_at) AS error
FROM visits AS v
LEFT JOIN well AS w ON w.source = v.source
WHERE w.at IS NULL OR v.started_at > w.at
GROUP BY v.source
HAVING count(*) >= $failures
ORDER BY v.source
