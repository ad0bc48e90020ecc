-- What is the least number of the posts of experiences that had a post in a period?
WITH fresh AS (
    SELECT DISTINCT experience
    FROM mention_facts
    WHERE told_at >= $since AND told_at < $ends_at
)
SELECT coalesce(min(f.number), 0) AS first
FROM mention_facts AS f
JOIN fresh AS r ON r.experience = f.experience
