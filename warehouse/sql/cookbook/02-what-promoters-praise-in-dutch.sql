-- nl: Wat prijzen promotors in het Nederlands?
-- en: What do promoters praise in Dutch?
-- read: The last 90 days. Promoters give 4.5 stars or more, or, where no stars are given, read clearly positive (irony may slip in there). The quote is the clearest praise at that touchpoint; at least 3 promoters speak of each.
WITH promoters AS (
    SELECT m.number
    FROM mentions AS m
    JOIN last_days(90) AS t ON t.brand = m.brand AND t.day = m.day AND t.role = 'own'
    WHERE
        m.language = 'nl'
        AND m.author_role <> 'brand'
        AND m.label = 'positive'
        AND (m.rating >= 4.5 OR (m.rating IS NULL AND m.score >= 0.5))
)
SELECT
    p.touchpoint,
    p.name_nl,
    count(DISTINCT r.number) AS promoters,
    round(avg(r.score), 2) AS score,
    -- A title or an exclamation says too little to be quoted.
    arg_max(r.text, r.score * r.stage_confidence) FILTER (length(r.text) >= 25) AS quote
FROM promoters AS f
JOIN moments AS r ON r.number = f.number AND r.label = 'positive' AND r.stage_confidence >= 0.5
JOIN touchpoints AS p ON p.map_version = r.map_version AND p.touchpoint = r.touchpoint
GROUP BY p.touchpoint, p.name_nl
HAVING count(DISTINCT r.number) >= 3
ORDER BY promoters DESC, score DESC, p.touchpoint
