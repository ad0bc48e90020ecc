-- Which touchpoints make the memory: where are the peaks and the ends of each week's experiences?
CREATE OR REPLACE VIEW peak_end AS
WITH made AS (
    SELECT
        brand, week, peak_stage AS stage, peak_touchpoint AS touchpoint,
        peak_score, NULL AS end_score
    FROM experience_scores
    UNION ALL
    SELECT brand, week, end_stage, end_touchpoint, NULL, end_score
    FROM experience_scores
),
counted AS (
    SELECT
        brand,
        week,
        stage,
        touchpoint,
        count(peak_score) AS peaks,
        avg(peak_score) AS peak_score,
        count(end_score) AS ends,
        avg(end_score) AS end_score
    FROM made
    GROUP BY brand, week, stage, touchpoint
)
SELECT
    brand,
    week,
    stage,
    touchpoint,
    peaks,
    peaks / sum(peaks) OVER (PARTITION BY brand, week) AS peak_share,
    peak_score,
    ends,
    ends / sum(ends) OVER (PARTITION BY brand, week) AS end_share,
    end_score
FROM counted;
