-- How many posts are about this brand and about each competitor, in the period and before it?
SELECT
    b.brand,
    b.brand = $brand AS own,
    coalesce(p.posted_at, p.collected_at) >= $starts_at AS in_period,
    count(*) AS posts,
    count(*) FILTER (WHERE s.label = 'negative') AS negative,
    count(*) FILTER (WHERE s.label = 'neutral') AS neutral,
    count(*) FILTER (WHERE s.label = 'positive') AS positive
FROM posts AS p
JOIN post_brands AS b ON b.number = p.number
CROSS JOIN active AS a
LEFT JOIN sentiments AS s
    ON s.number = p.number AND s.model = a.model AND s.content_hash = p.content_hash
    AND s.number BETWEEN $first AND $last
WHERE
    (b.brand = $brand OR b.role = 'competitor')
    AND p.number BETWEEN $first AND $last
    AND coalesce(p.posted_at, p.collected_at) >= $since
    AND coalesce(p.posted_at, p.collected_at) < $ends_at
    AND p.author_role <> 'brand'
    AND p.excluded_reason IS NULL
GROUP BY ALL
ORDER BY ALL
