-- How did customers feel at each touchpoint of the journey on each local day?
CREATE OR REPLACE VIEW touchpoint_sentiment AS
SELECT
    b.brand,
    CAST(timezone(z.time_zone, coalesce(p.posted_at, p.collected_at)) AS DATE) AS day,
    m.stage,
    m.touchpoint,
    count(*) AS moments,
    count(*) FILTER (WHERE m.label = 'negative') AS negative,
    count(*) FILTER (WHERE m.label = 'neutral') AS neutral,
    count(*) FILTER (WHERE m.label = 'positive') AS positive,
    100.0 * (count(*) FILTER (WHERE m.label = 'positive') - count(*) FILTER (WHERE m.label = 'negative'))
        / count(*) AS net_sentiment,
    avg(m.score) AS score,
    count(*) FILTER (WHERE m.is_peak) AS peaks,
    count(*) FILTER (WHERE m.is_end) AS ends
FROM moments AS m
JOIN posts AS p ON p.post_id = m.post_id
JOIN post_brands AS b ON b.post_id = m.post_id
JOIN brands AS z ON z.brand = b.brand
WHERE p.author_role <> 'brand'
GROUP BY b.brand, day, m.stage, m.touchpoint;
