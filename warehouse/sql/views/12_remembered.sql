-- How was each week remembered (peak and end), against how it was experienced (every moment)?
CREATE OR REPLACE VIEW remembered AS
SELECT
    brand,
    week,
    count(*) AS experiences,
    CAST(sum(moments) AS BIGINT) AS moments,
    avg(peak_end_score) AS remembered,
    sum(moment_mean * moments) / sum(moments) AS experienced,
    avg(peak_end_score) - sum(moment_mean * moments) / sum(moments) AS gap,
    avg(peak_end_gap) AS mean_gap
FROM experience_scores
GROUP BY brand, week;
