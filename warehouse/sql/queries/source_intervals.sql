-- When did each of these sources last succeed, and how long does it usually take between two times?
-- Of the latest twenty successes; seconds are null before the second one.
WITH successes AS (
    SELECT
        source,
        finished_at,
        epoch(finished_at) - epoch(lag(finished_at) OVER of_source) AS seconds,
        row_number() OVER (PARTITION BY source ORDER BY finished_at DESC) AS place
    FROM source_runs
    WHERE finished_at IS NOT NULL AND error IS NULL
    WINDOW of_source AS (PARTITION BY source ORDER BY finished_at)
),
usual AS (
    SELECT
        source,
        max(finished_at) AS last_success,
        median(seconds) AS seconds
    FROM successes
    WHERE place <= 20
    GROUP BY source
),
latest AS (
    SELECT source, max(started_at) AS last_started, arg_max(error, started_at) AS error
    FROM source_runs
    GROUP BY source
)
SELECT n.source, l.last_started, u.last_success, u.seconds, l.error
FROM (SELECT unnest($sources::VARCHAR[]) AS source) AS n
LEFT JOIN latest AS l ON l.source = n.source
LEFT JOIN usual AS u ON u.source = n.source
ORDER BY n.source
