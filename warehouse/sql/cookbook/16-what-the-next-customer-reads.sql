-- nl: Welke negatieve berichten komt de volgende klant het eerst tegen?
-- en: Which negative posts will the next customer meet first?
-- read: Of the last year's posts. One customer's ultimate moment is the next one's zero moment. weight (0 to 100) is reach x prominence x freshness x strength; compare posts by it, the number itself means little.
SELECT
    round(z.weight, 1) AS weight,
    z.day,
    z.platform,
    z.rating,
    z.readers,
    z.peak_touchpoint,
    left(coalesce(p.title || ': ', '') || p.body, 120) AS text,
    z.url
FROM zero_moment AS z
JOIN last_days(365) AS t ON t.brand = z.brand AND t.day = z.day AND t.role = 'own'
JOIN posts AS p ON p.number = z.number
WHERE z.label = 'negative'
ORDER BY z.weight DESC, z.post_id
LIMIT 20
