-- nl: Waarover spreken klanten dat niet op onze klantreis staat?
-- en: What do customers speak of that is not on our journey map?
-- read: Moments of 20 characters or more that no touchpoint fits, strongest feelings first. Where several tell of the same thing, add a touchpoint to journey.toml (umot journey suggest proposes some).
SELECT
    m.day,
    m.platform,
    r.label,
    round(r.score, 2) AS score,
    r.runner_up,
    left(r.text, 140) AS text,
    m.url
FROM moments AS r
JOIN mentions AS m ON m.number = r.number AND m.author_role <> 'brand'
JOIN last_days(28) AS t ON t.brand = m.brand AND t.day = m.day AND t.role = 'own'
WHERE r.touchpoint = 'none' AND r.label <> 'neutral' AND length(r.text) >= 20
ORDER BY abs(r.score) DESC, m.post_id, r.position
LIMIT 50
