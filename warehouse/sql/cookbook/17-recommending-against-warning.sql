-- nl: Raden klanten ons per week vaker aan of af?
-- en: Do customers recommend us or warn others, week by week?
-- read: Moments at the ultimate stage only: recommending, loyalty, leaving, warning. balance is 100 x (recommending - warning) / all of them: akin to a net promoter score, from what people write unasked. Weeks with at least 10.
SELECT
    CAST(date_trunc('week', s.day) AS DATE) AS week,
    CAST(sum(s.moments) AS BIGINT) AS moments,
    CAST(sum(s.positive) AS BIGINT) AS recommending,
    CAST(sum(s.negative) AS BIGINT) AS warning,
    CAST(100 * (sum(s.positive) - sum(s.negative)) / sum(s.moments) AS INTEGER) AS balance
FROM stage_sentiment AS s
JOIN today AS t ON t.brand = s.brand AND t.role = 'own'
WHERE s.stage = 'ultimate'
GROUP BY date_trunc('week', s.day)
HAVING sum(s.moments) >= 10
ORDER BY week DESC
