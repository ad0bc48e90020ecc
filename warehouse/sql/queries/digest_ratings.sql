-- Of customers' posts with stars in this period: how many read otherwise than their stars?
WITH rated AS (
    SELECT
        post_id,
        rating,
        rating <= 2 AND label = 'positive' AS low_but_positive,
        rating >= 4 AND label = 'negative' AS high_but_negative,
        abs(score) AS strength
    FROM mention_facts
    WHERE
        brand = $brand
        AND told_at >= $starts_at
        AND told_at < $ends_at
        AND author_role <> 'brand'
        AND deleted_at IS NULL
        AND rating IS NOT NULL
        AND label IS NOT NULL
)
SELECT
    count(*) AS posts,
    avg(rating) AS mean,
    count(*) FILTER (WHERE low_but_positive) AS low_but_positive,
    count(*) FILTER (WHERE high_but_negative) AS high_but_negative,
    arg_max(post_id, (strength, post_id)) FILTER (WHERE low_but_positive OR high_but_negative)
        AS strongest
FROM rated
