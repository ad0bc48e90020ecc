-- Are far more of the posts of the last $hours negative than is usual for the brand? `spread` holds
-- chance and how much whole days differ, which is taken as 5 points until enough days are known.
WITH aged AS (
    SELECT
        brand,
        CAST(label = 'negative' AS INTEGER) AS negative,
        (epoch_us(CAST($now AS TIMESTAMPTZ)) - epoch_us(posted_at)) / 3.6e9 - $hours AS before
    FROM rule_posts
    WHERE label IS NOT NULL
),
recent AS (
    SELECT brand, count(*) AS posts, sum(negative) AS negative, avg(negative) AS share
    FROM aged
    WHERE before < 0
    GROUP BY brand
),
days AS (
    SELECT brand, floor(before / 24) AS day, count(*) AS posts, avg(negative) AS share
    FROM aged
    WHERE before >= 0
    GROUP BY brand, floor(before / 24)
),
usual AS (
    SELECT
        brand,
        count(*) AS days,
        sum(posts) AS posts,
        (sum(share * posts) + 3) / (sum(posts) + 10) AS share,
        coalesce(greatest(
            var_samp(share) FILTER (posts >= 5)
            - avg(share * (1 - share) / posts) FILTER (posts >= 5), 0
        ), 0) AS wander
    FROM days
    GROUP BY brand
),
measured AS (
    SELECT
        r.*,
        u.days,
        u.share AS usual,
        sqrt(
            u.share * (1 - u.share) * (1 / r.posts + 1 / u.posts)
            + (u.days * u.wander + 5 * 0.05 ** 2) / (u.days + 5)
        ) AS spread
    FROM recent AS r
    JOIN usual AS u ON u.brand = r.brand
)
SELECT brand, posts, negative, share, usual, days, (share - usual) / spread AS score
FROM measured
WHERE
    days >= $least_days AND posts >= $floor AND share - usual >= $points / 100
    AND score >= $times
ORDER BY brand
