-- What was felt over each experience, as it was known at a moment: its peak, its end, its mean?
-- Of the peaks of its posts the strongest is its own, the first of equals; its end is that of the
-- last post in which anything was read.
CREATE OR REPLACE MACRO experience_scores_until(until) AS TABLE
WITH told AS (
    SELECT
        b.brand,
        e.experience_id,
        e.sequence,
        p.post_id,
        coalesce(p.posted_at, p.collected_at) AS told_at
    FROM experiences AS e
    JOIN posts AS p ON p.post_id = e.post_id
    JOIN post_brands AS b ON b.post_id = e.post_id
    WHERE coalesce(p.posted_at, p.collected_at) < until
),
felt AS (
    SELECT
        post_id,
        count(*) AS moments,
        sum(CAST(score AS DOUBLE)) AS total,
        any_value({'stage': stage, 'touchpoint': touchpoint, 'score': CAST(score AS DOUBLE)})
            FILTER (WHERE is_peak) AS peak,
        any_value({'stage': stage, 'touchpoint': touchpoint, 'score': CAST(score AS DOUBLE)})
            FILTER (WHERE is_end) AS ending
    FROM moments
    GROUP BY post_id
),
joined AS (
    SELECT
        t.brand,
        t.experience_id,
        count(*) AS posts,
        min(t.told_at) AS first_posted,
        max(t.told_at) AS last_posted,
        sum(f.moments) AS moments,
        sum(f.total) AS total,
        arg_max(f.peak, {'strength': abs(f.peak.score), 'first': -t.sequence}) AS peak,
        arg_max(f.ending, t.sequence) AS ending
    FROM told AS t
    LEFT JOIN felt AS f ON f.post_id = t.post_id
    GROUP BY t.brand, t.experience_id
    HAVING count(f.moments) > 0
)
SELECT
    j.brand,
    j.experience_id,
    CAST(timezone(z.time_zone, j.last_posted) AS DATE) AS day,
    CAST(date_trunc('week', timezone(z.time_zone, j.last_posted)) AS DATE) AS week,
    j.posts,
    j.first_posted,
    j.last_posted,
    CAST(j.moments AS BIGINT) AS moments,
    j.total / j.moments AS moment_mean,
    j.peak.score AS peak_score,
    j.ending.score AS end_score,
    (j.peak.score + j.ending.score) / 2 AS peak_end_score,
    (j.peak.score + j.ending.score) / 2 - j.total / j.moments AS peak_end_gap,
    j.peak.stage AS peak_stage,
    j.peak.touchpoint AS peak_touchpoint,
    j.ending.stage AS end_stage,
    j.ending.touchpoint AS end_touchpoint
FROM joined AS j
JOIN brands AS z ON z.brand = j.brand;
-- What was felt over each experience, as it is known now?
CREATE OR REPLACE VIEW experience_scores AS
SELECT * FROM experience_scores_until(TIMESTAMPTZ 'infinity');
