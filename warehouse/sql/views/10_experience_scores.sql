-- What was felt over each experience that had a post in a period, as it was known at its end: its
-- peak, its end, its mean? Of the peaks of its posts the strongest is its own, the first of equals;
-- its end is that of the last post in which anything was read. No post of these experiences has a
-- number below `first`: 0 is always right, the least one (digest_first) spares looking at the others.
CREATE OR REPLACE MACRO experience_scores_between(since, until, first) AS TABLE
WITH fresh AS (
    SELECT DISTINCT experience
    FROM mention_facts
    WHERE told_at >= since AND told_at < until AND author_role <> 'brand' AND deleted_at IS NULL
),
told AS (
    SELECT
        f.*,
        CASE
            WHEN f.author IS NULL THEN f.post_id
            ELSE coalesce(f.thread_id, f.post_id) || ' ' || f.author
        END AS experience_id
    FROM mention_facts AS f
    JOIN fresh AS r ON r.experience = f.experience
    WHERE
        f.number >= first
        AND f.told_at < until
        AND f.author_role <> 'brand'
        AND f.deleted_at IS NULL
),
joined AS (
    SELECT
        brand,
        experience_id,
        count(*) AS posts,
        min(told_at) AS first_posted,
        max(told_at) AS last_posted,
        sum(moments) AS moments,
        sum(moment_mean * moments) AS total,
        arg_min(
            {
                'stage': peak_stage,
                'touchpoint': peak_touchpoint,
                'score': CAST(peak_score AS DOUBLE)
            },
            {'weakness': -abs(peak_score), 'told_at': told_at, 'post_id': post_id}
        ) FILTER (WHERE moments > 0) AS peak,
        arg_max(
            {
                'stage': end_stage,
                'touchpoint': end_touchpoint,
                'score': CAST(end_score AS DOUBLE)
            },
            {'told_at': told_at, 'post_id': post_id}
        ) FILTER (WHERE moments > 0) AS ending
    FROM told
    GROUP BY brand, experience_id
    HAVING sum(moments) > 0
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
-- What was felt over each experience, as it was known at a moment?
CREATE OR REPLACE MACRO experience_scores_until(until) AS TABLE
SELECT * FROM experience_scores_between(TIMESTAMPTZ '-infinity', until, 0);
-- What was felt over each experience, as it is known now?
CREATE OR REPLACE VIEW experience_scores AS
SELECT * FROM experience_scores_until(TIMESTAMPTZ 'infinity');
