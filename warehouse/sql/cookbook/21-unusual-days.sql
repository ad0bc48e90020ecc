-- nl: Op welke dagen was er ongewoon veel kritiek?
-- en: On which days was there unusually much criticism?
-- read: Days with at least 5 negative posts and more than twice the median of the 28 days before (at least 7 of them known). Look at these days with a WHERE day = … on mentions.
WITH days AS (
    SELECT d.day, d.posts, d.negative, d.net_sentiment
    FROM daily_sentiment AS d
    JOIN today AS t ON t.brand = d.brand AND t.role = 'own'
),
every AS (
    SELECT
        CAST(e.day AS DATE) AS day,
        coalesce(d.posts, 0) AS posts,
        coalesce(d.negative, 0) AS negative,
        d.net_sentiment
    FROM generate_series(
        (SELECT greatest(min(day), max(day) - 400) FROM days), (SELECT max(day) FROM days),
        INTERVAL 1 DAY
    ) AS e(day)
    LEFT JOIN days AS d ON d.day = CAST(e.day AS DATE)
),
usual AS (
    SELECT
        *,
        median(negative) OVER w AS usually,
        count(*) OVER w AS known
    FROM every
    WINDOW w AS (ORDER BY day ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING)
)
SELECT day, posts, negative, usually, CAST(net_sentiment AS INTEGER) AS net_sentiment
FROM usual
WHERE negative >= 5 AND known >= 7 AND negative > 2 * usually
ORDER BY day DESC
