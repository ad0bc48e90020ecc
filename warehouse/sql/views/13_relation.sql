-- What is each contact moment worth to the relation: how many there were times how good they were?
CREATE OR REPLACE VIEW relation AS
WITH told AS (
    -- By post, not by moment: turning times into local weeks costs most.
    SELECT
        b.brand,
        p.post_id,
        CAST(date_trunc('week', timezone(z.time_zone, coalesce(p.posted_at, p.collected_at))) AS DATE)
            AS week
    FROM posts AS p
    JOIN post_brands AS b ON b.post_id = p.post_id
    JOIN brands AS z ON z.brand = b.brand
    WHERE p.author_role <> 'brand' AND p.deleted_at IS NULL
)
SELECT
    p.brand,
    p.week,
    m.stage,
    m.touchpoint,
    t.channel,
    t.name_nl,
    t.name_en,
    count(*) AS quantity,
    avg(m.score) AS quality,
    sum(CAST(m.score AS DOUBLE)) AS relation
FROM moments AS m
JOIN told AS p ON p.post_id = m.post_id
JOIN touchpoints AS t ON t.map_version = m.map_version AND t.touchpoint = m.touchpoint
GROUP BY p.brand, p.week, m.stage, m.touchpoint, t.channel, t.name_nl, t.name_en;
