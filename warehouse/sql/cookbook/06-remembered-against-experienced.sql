-- nl: Hoe wordt elke week herinnerd, tegen hoe zij werd beleefd?
-- en: How is each week remembered, against how it was experienced?
-- read: People keep the emotional peak and the end. A gap below 0: the week is remembered worse than it was on average, so mend peaks and ends first. Weeks with at least 10 experiences.
SELECT
    r.week,
    r.experiences,
    r.moments,
    round(r.remembered, 2) AS remembered,
    round(r.experienced, 2) AS experienced,
    round(r.gap, 2) AS gap
FROM remembered AS r
JOIN today AS t ON t.brand = r.brand AND t.role = 'own'
WHERE r.experiences >= 10
ORDER BY r.week DESC
