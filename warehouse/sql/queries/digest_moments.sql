-- How do the moments in customers' posts of this period read, by stage and touchpoint?
SELECT
    m.stage,
    m.touchpoint,
    t.name_nl,
    t.name_en,
    coalesce(t.position, 2147483647) AS place,
    count(*) FILTER (WHERE m.label = 'negative') AS negative,
    count(*) FILTER (WHERE m.label = 'neutral') AS neutral,
    count(*) FILTER (WHERE m.label = 'positive') AS positive
FROM mention_facts AS f
JOIN moments AS m ON m.number = f.number
LEFT JOIN touchpoints AS t ON t.map_version = m.map_version AND t.touchpoint = m.touchpoint
WHERE
    f.brand = $brand
    -- Said of the moments, for DuckDB to read only these.
    AND m.number BETWEEN $first AND $last
    AND f.author_role <> 'brand'
    AND f.told_at >= $starts_at
    AND f.told_at < $ends_at
GROUP BY ALL
ORDER BY place, m.stage, m.touchpoint
