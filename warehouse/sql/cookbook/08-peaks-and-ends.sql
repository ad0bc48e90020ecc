-- nl: Op welke contactmomenten ligt de herinnering: de pieken en de eindes?
-- en: On which touchpoints does the memory rest: the peaks and the ends?
-- read: Over the last four weeks. A touchpoint with many peaks and a low peak_score does the damage; one with many ends decides how people leave. At least 5 peaks or ends.
SELECT
    e.stage,
    e.touchpoint,
    p.name_nl,
    CAST(sum(e.peaks) AS BIGINT) AS peaks,
    round(sum(e.peaks * e.peak_score) / nullif(sum(e.peaks), 0), 2) AS peak_score,
    CAST(sum(e.ends) AS BIGINT) AS ends,
    round(sum(e.ends * e.end_score) / nullif(sum(e.ends), 0), 2) AS end_score
FROM peak_end AS e
JOIN today AS t ON t.brand = e.brand AND t.role = 'own'
JOIN active AS a ON true
JOIN touchpoints AS p ON p.map_version = a.map_version AND p.touchpoint = e.touchpoint
WHERE e.week > t.week - 28
GROUP BY e.stage, e.touchpoint, p.name_nl
HAVING sum(e.peaks) >= 5 OR sum(e.ends) >= 5
ORDER BY sum(e.peaks) + sum(e.ends) DESC, e.touchpoint
