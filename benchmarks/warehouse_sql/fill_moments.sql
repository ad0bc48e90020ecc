-- Two moments in each of those posts, the stronger one its peak, the second its end.
INSERT INTO moment_readings
WITH felt AS (
    SELECT
        p.number,
        p.post_id,
        p.content_hash,
        length(p.body) AS size,
        s.position,
        CAST(hash(p.number * 3 + s.position) % $touchpoints AS INTEGER) AS place,
        CAST(hash(p.number * 2 + s.position) % 2001 AS DOUBLE) / 1000 - 1 AS score,
        CAST(hash(p.number * 2 + 1 - s.position) % 2001 AS DOUBLE) / 1000 - 1 AS other
    FROM posts AS p
    CROSS JOIN (VALUES (0), (1)) AS s(position)
    WHERE p.number BETWEEN $first AND $last
),
map AS (
    SELECT touchpoint, stage, position
    FROM touchpoints
    WHERE map_version = (SELECT map_version FROM active)
)
SELECT
    f.post_id,
    'bench-1' AS model,
    (SELECT map_version FROM active) AS map_version,
    f.content_hash,
    f.position,
    'body' AS field,
    CASE WHEN f.position = 0 THEN 0 ELSE f.size // 2 END AS start,
    CASE WHEN f.position = 0 THEN f.size // 2 ELSE f.size END AS stop,
    CASE WHEN f.score < -0.25 THEN 'negative' WHEN f.score > 0.25 THEN 'positive' ELSE 'neutral' END
        AS label,
    f.score,
    m.stage,
    m.touchpoint,
    0.7 AS stage_confidence,
    NULL AS runner_up,
    NULL AS matched_example,
    abs(f.score) > abs(f.other) OR (abs(f.score) = abs(f.other) AND f.position = 0) AS is_peak,
    f.position = 1 AS is_end,
    f.number
FROM felt AS f
JOIN map AS m ON m.position = f.place
ORDER BY f.number, f.position
