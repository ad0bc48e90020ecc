-- nl: Verschilt de stemming per taal en platform?
-- en: Does the mood differ between languages and platforms?
-- read: The last 28 days; groups of at least 10 posts. Each platform has its own tone (reviews praise, forums ask for help): compare a platform with itself over time rather than with another.
SELECT
    m.platform,
    m.language,
    count(*) AS posts,
    round(avg(m.rating), 2) AS rating,
    CAST(
        100 * (count(*) FILTER (m.label = 'positive') - count(*) FILTER (m.label = 'negative'))
        / count(*) AS INTEGER
    ) AS net_sentiment
FROM mentions AS m
JOIN last_days(28) AS t ON t.brand = m.brand AND t.day = m.day AND t.role = 'own'
WHERE m.author_role <> 'brand' AND m.label IS NOT NULL
GROUP BY m.platform, m.language
HAVING count(*) >= 10
ORDER BY m.platform, posts DESC
