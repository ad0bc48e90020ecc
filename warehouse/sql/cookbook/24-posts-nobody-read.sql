-- nl: Welke berichten kon het model niet lezen?
-- en: Which posts could the model not read?
-- read: By language and reason. unscored_language: add it to [model] languages if it is one you sell in; waiting: run umot classify. Sentiment figures leave these posts out.
SELECT
    m.platform,
    coalesce(m.language, 'unknown') AS language,
    coalesce(m.status, 'waiting') AS reason,
    count(*) AS posts,
    max(m.day) AS last_day
FROM mentions AS m
JOIN today AS t ON t.brand = m.brand AND t.role = 'own'
WHERE m.label IS NULL AND m.deleted_at IS NULL AND m.author_role <> 'brand'
GROUP BY ALL
ORDER BY posts DESC, m.platform, language
