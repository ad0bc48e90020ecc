-- nl: Welke goede ervaringen werden aan het eind bedorven, en waar?
-- en: Which good experiences were spoiled at the end, and where?
-- read: Somewhere it was good and it ended badly: these people leave with a complaint over a product they liked. The end is cheaper to mend than the product.
WITH best AS (
    SELECT post_id, max(score) AS score, arg_max(text, score) AS text
    FROM moments
    WHERE length(text) >= 20  -- not a mere exclamation
    GROUP BY post_id
),
last AS (
    SELECT post_id, score, touchpoint, text, map_version
    FROM moments
    WHERE is_end AND length(text) >= 20
)
SELECT
    m.day,
    m.platform,
    p.touchpoint,
    p.name_nl,
    round(b.score, 2) AS best_score,
    round(l.score, 2) AS end_score,
    left(b.text, 80) AS best,
    left(l.text, 80) AS ending,
    m.url
FROM last AS l
JOIN best AS b ON b.post_id = l.post_id
JOIN mentions AS m ON m.post_id = l.post_id AND m.author_role <> 'brand'
JOIN today AS t ON t.brand = m.brand AND t.role = 'own'
JOIN touchpoints AS p ON p.map_version = l.map_version AND p.touchpoint = l.touchpoint
WHERE
    b.score >= 0.5
    AND l.score <= -0.5
    AND m.label <> 'positive'
    AND coalesce(m.rating, 1) <= 3
ORDER BY l.score - b.score, m.post_id
LIMIT 30
