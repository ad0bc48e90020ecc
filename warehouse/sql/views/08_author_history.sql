-- Who wrote more than once, and how did they feel over time? Writers are keyed hashes.
CREATE OR REPLACE VIEW author_history AS
SELECT
    brand,
    platform,
    author,
    count(*) AS posts,
    min(posted_at) AS first_posted,
    max(posted_at) AS last_posted,
    count(*) FILTER (WHERE label = 'negative') AS negative,
    count(*) FILTER (WHERE label = 'positive') AS positive,
    avg(score) AS score,
    arg_max(label, posted_at) AS last_label
FROM mention_facts
WHERE author IS NOT NULL AND author_role <> 'brand'
GROUP BY brand, platform, author;
