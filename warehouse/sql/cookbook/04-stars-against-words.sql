-- nl: Waar spreken de sterren en de tekst elkaar tegen?
-- en: Where do stars and words disagree?
-- read: The last year. Four stars or more over a text that reads negative, or two or less over a positive one. Stars are often set by habit or by mistake: believe the text, and answer it.
SELECT
    m.day,
    m.platform,
    m.rating,
    m.label,
    round(m.score, 2) AS score,
    left(coalesce(m.title || ': ', '') || m.body, 120) AS text,
    m.url
FROM mentions AS m
JOIN last_days(365) AS t ON t.brand = m.brand AND t.day = m.day AND t.role = 'own'
WHERE
    m.author_role <> 'brand'
    AND ((m.rating >= 4 AND m.label = 'negative') OR (m.rating <= 2 AND m.label = 'positive'))
ORDER BY abs(m.score) DESC, m.post_id
LIMIT 50
