-- nl: Welke goede ervaringen werden aan het eind bedorven, en waar?
-- en: Which good experiences were spoiled at the end, and where?
-- read: The last 90 days. Somewhere it was good and it ended badly: these people leave with a complaint over a product they liked. The end is cheaper to mend than the product.
WITH turned AS (
    SELECT
        m.number,
        any_value(m.day) AS day,
        any_value(m.platform) AS platform,
        any_value(m.url) AS url,
        max(r.score) AS best_score,
        arg_max(r.text, r.score) AS best,
        max(r.score) FILTER (r.is_end) AS end_score,
        max(r.text) FILTER (r.is_end) AS ending,
        max(r.touchpoint) FILTER (r.is_end) AS touchpoint,
        any_value(r.map_version) AS map_version
    FROM mentions AS m
    JOIN last_days(90) AS t ON t.brand = m.brand AND t.day = m.day AND t.role = 'own'
    JOIN moments AS r ON r.number = m.number AND length(r.text) >= 20  -- not a mere exclamation
    WHERE m.author_role <> 'brand' AND m.label <> 'positive' AND coalesce(m.rating, 1) <= 3
    GROUP BY m.number
    HAVING max(r.score) >= 0.5 AND max(r.score) FILTER (r.is_end) <= -0.5
)
SELECT
    u.day,
    u.platform,
    p.touchpoint,
    p.name_nl,
    round(u.best_score, 2) AS best_score,
    round(u.end_score, 2) AS end_score,
    left(u.best, 80) AS best,
    left(u.ending, 80) AS ending,
    u.url
FROM turned AS u
JOIN touchpoints AS p ON p.map_version = u.map_version AND p.touchpoint = u.touchpoint
ORDER BY u.end_score - u.best_score, u.number
LIMIT 30
