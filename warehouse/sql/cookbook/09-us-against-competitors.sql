-- nl: Hoe staan wij ervoor naast de concurrenten?
-- en: How do we stand beside the competitors?
-- read: The last 28 days. share is the part of all posts (share of voice); net_sentiment is 100 x (positive - negative) / all, and may be off by `margin` either way: brands whose ranges overlap do not differ. Competitors appear once a source has role = "competitor".
SELECT
    m.brand,
    m.role,
    count(*) AS posts,
    round(100 * count(*) / sum(count(*)) OVER (), 1) AS share,
    round(avg(m.rating), 2) AS rating,
    CAST(100 * avg(CASE m.label WHEN 'positive' THEN 1 WHEN 'negative' THEN -1 ELSE 0 END) AS INTEGER)
        AS net_sentiment,
    CAST(
        196 * stddev_samp(CASE m.label WHEN 'positive' THEN 1 WHEN 'negative' THEN -1 ELSE 0 END)
        / sqrt(count(*)) AS INTEGER
    ) AS margin,
    round(avg(m.peak_end_score), 2) AS remembered
FROM mentions AS m
JOIN last_days(28) AS t ON t.brand = m.brand AND t.day = m.day
WHERE m.author_role <> 'brand' AND m.label IS NOT NULL
GROUP BY m.brand, m.role
ORDER BY posts DESC, m.brand
