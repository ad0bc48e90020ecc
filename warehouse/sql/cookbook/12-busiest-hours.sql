-- nl: Op welke uren van de dag wordt er over ons gepost, en hoe?
-- en: At which hours do people post about us, and how?
-- read: The last 90 days. Local hours of the brand. Staff the hours with most negative posts; a share of few posts says little, so hours with under 5 are left out.
SELECT
    hour(timezone(t.time_zone, m.posted_at)) AS hour,
    count(*) AS posts,
    count(*) FILTER (m.label = 'negative') AS negative,
    CAST(100 * count(*) FILTER (m.label = 'negative') / nullif(count(m.label), 0) AS INTEGER)
        AS negative_share
FROM mentions AS m
JOIN last_days(90) AS t ON t.brand = m.brand AND t.day = m.day AND t.role = 'own'
WHERE m.author_role <> 'brand' AND m.posted_at IS NOT NULL
GROUP BY hour
HAVING count(*) >= 5
ORDER BY posts DESC, hour
