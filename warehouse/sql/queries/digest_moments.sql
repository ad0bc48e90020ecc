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
FROM moments AS m
JOIN posts AS p ON p.post_id = m.post_id
JOIN post_brands AS b ON b.post_id = m.post_id
LEFT JOIN touchpoints AS t ON t.map_version = m.map_version AND t.touchpoint = m.touchpoint
WHERE
    b.brand = $brand
    AND p.author_role <> 'brand'
    AND coalesce(p.posted_at, p.collected_at) >= $starts_at
    AND coalesce(p.posted_at, p.collected_at) < $ends_at
GROUP BY ALL
ORDER BY place, m.stage, m.touchpoint
