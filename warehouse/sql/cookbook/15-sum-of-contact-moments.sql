-- nl: Welke contactmomenten bouwen aan de relatie, en welke breken haar af?
-- en: Which touchpoints build the relation, and which wear it down?
-- read: The last four weeks. relation is quantity x quality: a mildly bad moment that everybody meets may cost more than a disaster that few do. At least 5 moments.
SELECT
    r.stage,
    r.touchpoint,
    r.name_nl,
    CAST(sum(r.quantity) AS BIGINT) AS quantity,
    round(sum(r.relation) / sum(r.quantity), 2) AS quality,
    round(sum(r.relation), 1) AS relation
FROM relation AS r
JOIN today AS t ON t.brand = r.brand AND t.role = 'own'
WHERE r.week > t.week - 28
GROUP BY r.stage, r.touchpoint, r.name_nl
HAVING sum(r.quantity) >= 5
ORDER BY relation, r.touchpoint
