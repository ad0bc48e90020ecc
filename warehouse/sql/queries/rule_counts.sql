-- How many likes, replies and shares had these posts at each observation up to $now, and how old
-- were they, in hours?
CREATE OR REPLACE TEMP TABLE rule_counts AS
SELECT
    e.post_id,
    e.observed_at,
    (epoch_us(e.observed_at) - epoch_us(p.posted_at)) / 3.6e9 AS age,
    coalesce(e.likes, 0) + coalesce(e.replies, 0) + coalesce(e.shares, 0) AS total
FROM engagement AS e
JOIN (SELECT DISTINCT number, posted_at FROM rule_posts WHERE stands_alone) AS p
    ON p.number = e.number
WHERE
    e.observed_at > $since AND e.observed_at <= $now AND e.observed_at >= p.posted_at
    AND coalesce(e.likes, e.replies, e.shares) IS NOT NULL
