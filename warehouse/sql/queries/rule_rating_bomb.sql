-- Which sources got a burst of low ratings (1 or 2 stars) in the last $hours, and how many of them
-- came from writers never seen before, or say nearly the same as another one?
WITH rated AS (
    SELECT
        brand,
        source,
        post_id,
        author,
        posted_at,
        text,
        rating,
        (epoch_us(CAST($now AS TIMESTAMPTZ)) - epoch_us(posted_at)) / 3.6e9 AS ago
    FROM rule_posts
    WHERE rating IS NOT NULL
),
recent AS (
    SELECT
        brand,
        source,
        count(*) FILTER (rating <= 2) AS low
    FROM rated
    WHERE ago < $hours
    GROUP BY brand, source
),
usual AS (
    SELECT
        brand,
        source,
        -- For half a post a window that was not seen: a source without low ratings gets some day one.
        (count(*) FILTER (rating <= 2 AND ago >= $hours) + 0.5)
            / greatest((max(ago) - $hours) / $hours, 1) AS low,
        max(ago) / 24 AS days
    FROM rated
    GROUP BY brand, source
),
burst AS (
    SELECT
        r.*,
        u.low AS usual,
        -- The square root evens out the chance of small counts.
        2 * (sqrt(r.low + 0.375) - sqrt(u.low + 0.375)) AS score
    FROM recent AS r
    JOIN usual AS u ON u.brand = r.brand AND u.source = r.source
    WHERE
        u.days >= $least_days AND r.low >= $floor AND r.low >= $ratio * u.low
        AND score >= $times
),
bad AS (
    SELECT
        d.*,
        list_distinct(regexp_split_to_array(
            trim(regexp_replace(lower(strip_accents(d.text)), '[^a-z0-9]+', ' ', 'g')), ' '
        )) AS words
    FROM rated AS d
    JOIN burst AS b ON b.brand = d.brand AND b.source = d.source
    WHERE d.ago < $hours AND d.rating <= 2
    -- So many are enough to judge by; each is held against each.
    QUALIFY row_number() OVER (PARTITION BY d.brand, d.source ORDER BY d.posted_at DESC) <= 300
),
alike AS (
    SELECT DISTINCT x.brand, x.post_id
    FROM bad AS x
    JOIN bad AS y ON y.brand = x.brand AND y.source = x.source AND y.post_id <> x.post_id
    WHERE
        len(x.words) >= 3
        AND len(list_intersect(x.words, y.words))
            >= 0.6 * len(list_distinct(list_concat(x.words, y.words)))
),
earlier AS (
    SELECT DISTINCT b.post_id
    FROM bad AS b
    JOIN posts AS p ON p.author = b.author
    WHERE
        p.posted_at <= CAST($now AS TIMESTAMPTZ) - to_hours(CAST($hours AS INTEGER))
        AND (p.collected_at <= $now OR $live)
)
SELECT
    u.brand,
    u.source,
    u.low,
    u.usual,
    u.score,
    count(d.post_id) AS looked_at,
    count(d.post_id) FILTER (d.author IS NOT NULL AND e.post_id IS NULL) AS new_writers,
    count(a.post_id) AS alike
FROM burst AS u
JOIN bad AS d ON d.brand = u.brand AND d.source = u.source
LEFT JOIN alike AS a ON a.brand = d.brand AND a.post_id = d.post_id
LEFT JOIN earlier AS e ON e.post_id = d.post_id
GROUP BY ALL
ORDER BY u.brand, u.source
