-- Did customers write far more posts in the last $hours than in the same hours of the days before?
-- Sources count that have been read since before $least_days: a new one is no spike. Weekdays are
-- held against weekdays where there are four of them, weekends likewise.
WITH aged AS (
    SELECT
        brand,
        source,
        label,
        (epoch_us(CAST($now AS TIMESTAMPTZ)) - epoch_us(posted_at)) / 3.6e9 AS ago
    FROM rule_posts
),
known AS (
    SELECT brand, source, max(ago) AS oldest
    FROM aged
    GROUP BY brand, source
    HAVING max(ago) >= 24 * $least_days + $hours
),
windows AS (
    SELECT k.brand, b.back, (CAST($weekday AS INTEGER) - 1 - b.back % 7 + 7) % 7 >= 5 AS weekend
    FROM (SELECT brand, max(oldest) AS oldest FROM known GROUP BY brand) AS k
    CROSS JOIN (SELECT unnest(range(0, 29)) AS back) AS b
    WHERE b.back * 24 + $hours <= k.oldest
),
counted AS (
    SELECT a.brand, CAST(floor(a.ago / 24) AS INTEGER) AS back, count(*) AS posts
    FROM aged AS a
    JOIN known AS k ON k.brand = a.brand AND k.source = a.source
    WHERE a.ago % 24 < $hours
    GROUP BY a.brand, floor(a.ago / 24)
),
filled AS (
    SELECT
        w.brand,
        w.back,
        coalesce(c.posts, 0) AS posts,
        w.weekend = first_value(w.weekend) OVER (PARTITION BY w.brand ORDER BY w.back) AS alike
    FROM windows AS w
    LEFT JOIN counted AS c ON c.brand = w.brand AND c.back = w.back
),
chosen AS (
    SELECT *, sum(CAST(alike AND back > 0 AS INTEGER)) OVER (PARTITION BY brand) AS alikes
    FROM filled
),
usual AS (
    SELECT
        brand,
        count(*) AS days,
        median(posts) AS middle,
        max(posts) AS most,
        -- Counts vary by chance, and days by more than that: by a quarter until enough is known.
        sqrt(
            greatest(median(posts), 1)
            + (count(*) * (1.4826 * mad(posts)) ** 2 + 5 * (0.25 * median(posts)) ** 2)
            / (count(*) + 5)
        ) AS spread
    FROM chosen
    WHERE back > 0 AND (alike OR alikes < 4)
    GROUP BY brand
)
SELECT
    u.brand,
    f.posts,
    u.middle AS usual,
    u.most,
    u.days,
    (f.posts - u.middle) / u.spread AS score,
    (
        SELECT count(*) FROM aged AS a
        WHERE a.brand = u.brand AND a.ago < $hours AND a.label = 'negative'
    ) AS negative
FROM usual AS u
JOIN filled AS f ON f.brand = u.brand AND f.back = 0
WHERE
    u.days >= $least_days AND f.posts - u.middle >= $floor
    AND score >= $times
ORDER BY u.brand
