-- How did customers feel at each touchpoint of the journey on each local day?
CREATE OR REPLACE VIEW touchpoint_sentiment AS
SELECT
    f.brand,
    f.day,
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
FROM mention_facts AS f
JOIN moments AS m ON m.number = f.number
WHERE f.author_role <> 'brand'
GROUP BY f.brand, f.day, m.stage, m.touchpoint;
