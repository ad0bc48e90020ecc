-- How did the reactions of each post stand at each age of a grid of hours? `counts` holds the most
-- that was seen up to each age of `grid`, null where the post was first seen later.
CREATE OR REPLACE TEMP TABLE rule_seen AS
WITH seen AS (
    SELECT
        post_id,
        [
            max(total) FILTER (age <= 0.5), max(total) FILTER (age <= 1),
            max(total) FILTER (age <= 1.5), max(total) FILTER (age <= 2),
            max(total) FILTER (age <= 3), max(total) FILTER (age <= 4),
            max(total) FILTER (age <= 5), max(total) FILTER (age <= 6),
            max(total) FILTER (age <= 8), max(total) FILTER (age <= 10),
            max(total) FILTER (age <= 12), max(total) FILTER (age <= 16),
            max(total) FILTER (age <= 20), max(total) FILTER (age <= 24),
            max(total) FILTER (age <= 30), max(total) FILTER (age <= 36),
            max(total) FILTER (age <= 48), max(total) FILTER (age <= 60),
            max(total) FILTER (age <= 72)
        ] AS counts,
        arg_min(total, observed_at) AS first_total,
        arg_max(total, observed_at) AS total,
        max(observed_at) AS last_observed,
        count(*) AS observations
    FROM rule_counts
    GROUP BY post_id
)
SELECT
    p.brand,
    p.source,
    p.post_id,
    p.label,
    p.posted_at,
    (epoch_us(CAST($now AS TIMESTAMPTZ)) - epoch_us(p.posted_at)) / 3.6e9 AS age_now,
    hour(p.local_hour) // 6 AS part_of_day,
    isodow(p.local_hour) > 5 AS weekend,
    [0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 30, 36, 48, 60, 72] AS grid,
    s.counts,
    s.first_total,
    s.total,
    s.last_observed,
    s.observations
FROM rule_posts AS p
JOIN seen AS s ON s.post_id = p.post_id
