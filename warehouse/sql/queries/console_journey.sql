-- How did customers feel at each touchpoint, week by week?
SELECT
    stage,
    touchpoint,
    CAST(date_trunc('week', day) AS DATE) AS week,
    CAST(sum(moments) AS BIGINT) AS moments,
    CAST(sum(negative) AS BIGINT) AS negative,
    CAST(sum(positive) AS BIGINT) AS positive,
    100.0 * (sum(positive) - sum(negative)) / sum(moments) AS net_sentiment
FROM touchpoint_sentiment
WHERE brand = $brand AND day >= $since AND day < $until
GROUP BY stage, touchpoint, week
ORDER BY stage, touchpoint, week
