-- Which stage of the journey do the negative moments of the last $hours speak of most, per brand?
WITH counted AS (
    SELECT p.brand, m.stage, count(*) AS moments
    FROM rule_posts AS p
    JOIN moment_readings AS m ON m.number = p.number AND m.content_hash = p.content_hash
    JOIN active AS a ON a.model = m.model AND a.map_version = m.map_version
    WHERE
        m.label = 'negative' AND m.stage <> 'none'
        AND epoch_us(CAST($now AS TIMESTAMPTZ)) - epoch_us(p.posted_at) < 3.6e9 * $hours
    GROUP BY p.brand, m.stage
)
SELECT brand, arg_max(stage, (moments, stage)) AS stage
FROM counted
GROUP BY brand
