-- How did customers feel about each brand on each local day?
CREATE OR REPLACE VIEW daily_sentiment AS
SELECT
    brand,
    day,
    count(*) AS posts,
    count(label) AS scored,
    count(*) FILTER (WHERE label = 'negative') AS negative,
    count(*) FILTER (WHERE label = 'neutral') AS neutral,
    count(*) FILTER (WHERE label = 'positive') AS positive,
    100.0 * (count(*) FILTER (WHERE label = 'positive') - count(*) FILTER (WHERE label = 'negative'))
        / nullif(count(label), 0) AS net_sentiment,
    avg(score) AS score,
    avg(rating) AS rating
FROM mention_facts
WHERE author_role <> 'brand'
GROUP BY brand, day;
