-- How did customers feel at each stage of the journey on each local day?
CREATE OR REPLACE VIEW stage_sentiment AS
SELECT
    brand,
    day,
    stage,
    sum(moments) AS moments,
    sum(negative) AS negative,
    sum(neutral) AS neutral,
    sum(positive) AS positive,
    100.0 * (sum(positive) - sum(negative)) / sum(moments) AS net_sentiment,
    sum(score * moments) / sum(moments) AS score,
    sum(peaks) AS peaks,
    sum(ends) AS ends
FROM touchpoint_sentiment
GROUP BY brand, day, stage;
