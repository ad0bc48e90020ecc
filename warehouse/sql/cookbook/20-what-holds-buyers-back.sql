-- nl: Wat houdt mensen tegen vóór of bij het kopen?
-- en: What holds people back before or while buying?
-- read: Negative moments at the stages zero and definitive, with the clearest quote of each touchpoint. These people may never have become customers: nobody else in the company hears them. At least 3 posts.
SELECT
    r.stage,
    p.touchpoint,
    p.name_nl,
    count(DISTINCT r.number) AS posts,
    round(avg(r.score), 2) AS score,
    arg_min(r.text, r.score * r.stage_confidence) FILTER (length(r.text) >= 25) AS quote
FROM moments AS r
JOIN mentions AS m ON m.number = r.number AND m.author_role <> 'brand'
JOIN last_days(28) AS t ON t.brand = m.brand AND t.day = m.day AND t.role = 'own'
JOIN touchpoints AS p ON p.map_version = r.map_version AND p.touchpoint = r.touchpoint
WHERE
    r.stage IN ('zero', 'definitive')
    AND r.label = 'negative'
    AND r.stage_confidence >= 0.5
GROUP BY r.stage, p.touchpoint, p.name_nl
HAVING count(DISTINCT r.number) >= 3
ORDER BY posts DESC, score, p.touchpoint
