-- What is each contact moment worth to the relation: how many there were times how good they were?
CREATE OR REPLACE VIEW relation AS
SELECT
    f.brand,
    CAST(date_trunc('week', f.day) AS DATE) AS week,
    m.stage,
    m.touchpoint,
    t.channel,
    t.name_nl,
    t.name_en,
    count(*) AS quantity,
    avg(m.score) AS quality,
    sum(CAST(m.score AS DOUBLE)) AS relation
FROM mention_facts AS f
JOIN moments AS m ON m.number = f.number
JOIN touchpoints AS t ON t.map_version = m.map_version AND t.touchpoint = m.touchpoint
WHERE f.author_role <> 'brand' AND f.deleted_at IS NULL
GROUP BY f.brand, week, m.stage, m.touchpoint, t.channel, t.name_nl, t.name_en;
