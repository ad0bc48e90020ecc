-- How many posts are about this brand and about each competitor, in the period and before it?
SELECT
    brand,
    brand = $brand AS own,
    told_at >= $starts_at AS in_period,
    count(*) AS posts,
    count(*) FILTER (WHERE label = 'negative') AS negative,
    count(*) FILTER (WHERE label = 'neutral') AS neutral,
    count(*) FILTER (WHERE label = 'positive') AS positive
FROM mention_facts
WHERE
    (brand = $brand OR role = 'competitor')
    AND told_at >= $since
    AND told_at < $ends_at
    AND author_role <> 'brand'
GROUP BY ALL
ORDER BY ALL
