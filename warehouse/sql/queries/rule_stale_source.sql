-- Which sources are read without trouble and yet have given nothing new for much longer than ever in
-- the last weeks?
WITH visits AS (
    SELECT source, started_at, new, error_kind
    FROM source_runs
    WHERE finished_at <= $now AND started_at > $since AND list_contains($sources, source)
),
fruitful AS (
    SELECT
        source,
        started_at,
        (epoch_us(lead(started_at) OVER (PARTITION BY source ORDER BY started_at))
            - epoch_us(started_at)) / 3.6e9 AS gap
    FROM visits
    WHERE new > 0
),
usual AS (
    SELECT source, count(*) AS visits, max(started_at) AS last_new, max(gap) AS longest
    FROM fruitful
    GROUP BY source
    HAVING count(gap) >= 4
),
latest AS (
    SELECT source, arg_max(error_kind IS NULL, started_at) AS well, max(started_at) AS visited
    FROM visits
    GROUP BY source
)
SELECT
    u.source,
    (epoch_us(l.visited) - epoch_us(u.last_new)) / 3.6e9 AS hours,
    u.longest,
    u.visits
FROM usual AS u
JOIN latest AS l ON l.source = u.source
WHERE
    l.well AND hours >= greatest($hours, $times * u.longest)
ORDER BY u.source
