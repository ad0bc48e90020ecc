-- Which stages and touchpoints of the journey feel much worse in the last $hours than they used to?
-- A row without a touchpoint is a whole stage. `spread` is the chance of so few moments and how much
-- whole days differ, which is taken as 0.1 until enough days are known.
WITH felt AS (
    SELECT
        p.brand,
        p.post_id,
        m.stage,
        m.touchpoint,
        m.score,
        (epoch_us(CAST($now AS TIMESTAMPTZ)) - epoch_us(p.posted_at)) / 3.6e9 - $hours AS before
    FROM rule_posts AS p
    JOIN moment_readings AS m ON m.number = p.number AND m.content_hash = p.content_hash
    JOIN active AS a ON a.model = m.model AND a.map_version = m.map_version
    WHERE m.stage <> 'none'
),
recent AS (
    SELECT
        brand,
        stage,
        touchpoint,
        count(*) AS moments,
        count(DISTINCT post_id) AS posts,
        avg(score) AS score
    FROM felt
    WHERE before < 0
    GROUP BY GROUPING SETS ((brand, stage), (brand, stage, touchpoint))
),
days AS (
    SELECT
        brand,
        stage,
        touchpoint,
        floor(before / 24) AS day,
        count(*) AS moments,
        avg(score) AS score,
        coalesce(var_samp(score), 0) AS varies
    FROM felt
    WHERE before >= 0
    GROUP BY GROUPING SETS
        ((brand, stage, floor(before / 24)), (brand, stage, touchpoint, floor(before / 24)))
),
usual AS (
    SELECT
        brand,
        stage,
        touchpoint,
        count(*) AS days,
        sum(moments) AS moments,
        sum(score * moments) / sum(moments) AS score,
        -- Within days, never less than 0.2 however alike a few moments are.
        greatest(sum(varies * moments) / sum(moments), 0.04) AS varies,
        coalesce(greatest(
            var_samp(score) FILTER (moments >= 3) - avg(varies / moments) FILTER (moments >= 3), 0
        ), 0) AS wander
    FROM days
    GROUP BY brand, stage, touchpoint
),
measured AS (
    SELECT
        r.*,
        u.days,
        u.score AS usual,
        sqrt(
            u.varies * (1 / r.moments + 1 / u.moments)
            + (u.days * u.wander + 5 * 0.1 ** 2) / (u.days + 5)
        ) AS spread
    FROM recent AS r
    JOIN usual AS u
        ON u.brand = r.brand AND u.stage = r.stage
        AND u.touchpoint IS NOT DISTINCT FROM r.touchpoint
    WHERE u.moments >= 2 * $floor
)
SELECT
    m.brand,
    m.stage,
    m.touchpoint,
    t.name_nl,
    t.name_en,
    m.moments,
    m.posts,
    m.score AS mean,
    m.usual,
    m.days,
    (m.usual - m.score) / m.spread AS score
FROM measured AS m
LEFT JOIN touchpoints AS t
    ON t.touchpoint = m.touchpoint AND t.map_version = (SELECT map_version FROM active)
WHERE
    m.days >= $least_days AND m.moments >= $floor AND m.usual - m.score >= $drop
    AND (m.usual - m.score) / m.spread >= $times
    -- One story told at length is one voice.
    AND m.posts >= $floor / 2
    AND (m.touchpoint IS NULL OR m.touchpoint <> 'none')
ORDER BY m.brand, m.stage, m.touchpoint NULLS FIRST
