-- How did customers feel at each stage of the journey in this period?
SELECT
    stage,
    CAST(sum(moments) AS BIGINT) AS moments,
    CAST(sum(negative) AS BIGINT) AS negative,
    CAST(sum(neutral) AS BIGINT) AS neutral,
    CAST(sum(positive) AS BIGINT) AS positive,
    100.0 * (sum(positive) - sum(negative)) / sum(moments) AS net_sentiment
FROM stage_sentiment
WHERE brand = $brand AND day >= $since AND day <= $until
GROUP BY stage
