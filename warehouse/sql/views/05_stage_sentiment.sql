-- How did customers feel at each stage of the journey on each local day?
CREATE OR REPLACE VIEW stage_sentiment AS
SELECT
    brand,
    day,
    stage,
    CAST(sum(moments) AS BIGINT) AS moments,
    CAST(sum(negative) AS BIGINT) AS negative,
    CAST(sum(neutral) AS BIGINT) AS neutral,
    CAST(sum(positive) AS BIGINT) AS positive,
    100.0 * (sum(positive) - sum(negative)) / sum(moments) AS net_sentiment,
    sum(score * moments) / sum(moments) AS score,
    CAST(sum(peaks) AS BIGINT) AS peaks,
    CAST(sum(ends) AS BIGINT) AS ends
FROM touchpoint_sentiment
GROUP BY brand, day, stage;
