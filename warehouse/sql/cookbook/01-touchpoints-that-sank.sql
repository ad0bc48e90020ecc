-- nl: Welk contactmoment zakte deze week het meest?
-- en: Which touchpoint sank most this week?
-- read: Mean scores (-1 to 1) of the last 7 days against the 28 before, for touchpoints with at least 5 moments in both. Where `clear` is false, the change is not more than chance may bring: do not act on it yet.
WITH counted AS (
    SELECT
        p.touchpoint,
        p.name_nl,
        t.days_ago < 7 AS recent,
        r.score
    FROM moments AS r
    JOIN mentions AS m ON m.number = r.number AND m.author_role <> 'brand'
    JOIN last_days(35) AS t ON t.brand = m.brand AND t.day = m.day AND t.role = 'own'
    JOIN touchpoints AS p ON p.map_version = r.map_version AND p.touchpoint = r.touchpoint
),
compared AS (
    SELECT
        touchpoint,
        name_nl,
        count(*) FILTER (recent) AS moments,
        avg(score) FILTER (recent) AS score,
        count(*) FILTER (NOT recent) AS moments_before,
        avg(score) FILTER (NOT recent) AS score_before,
        sqrt(
            var_samp(score) FILTER (recent) / count(*) FILTER (recent)
            + var_samp(score) FILTER (NOT recent) / count(*) FILTER (NOT recent)
        ) AS error
    FROM counted
    GROUP BY touchpoint, name_nl
)
SELECT
    touchpoint,
    name_nl,
    moments,
    round(score, 2) AS score,
    moments_before,
    round(score_before, 2) AS score_before,
    round(score - score_before, 2) AS change,
    abs(score - score_before) > 1.96 * error AS clear
FROM compared
WHERE moments >= 5 AND moments_before >= 5 AND score < score_before
ORDER BY clear DESC, change, touchpoint
