-- The strongest posts of a day with what they reached.
WITH said AS (
    SELECT p.*, s.label, s.score
    FROM posts AS p
    JOIN post_brands AS b ON b.post_id = p.post_id
    JOIN sentiments AS s ON s.post_id = p.post_id AND s.content_hash = p.content_hash
    WHERE
        b.brand = $brand AND p.author_role <> 'brand' AND p.excluded_reason IS NULL
        AND p.posted_at >= $starts_at AND p.posted_at < $ends_at
        AND s.label <> 'neutral'
),
seen AS (
    SELECT post_id, max(likes + replies + shares) AS reactions
    FROM engagement
    WHERE post_id IN (SELECT post_id FROM said) AND observed_at < $ends_at
    GROUP BY post_id
)
SELECT s.label, s.post_id, s.title, s.body, s.url, s.score, e.reactions
FROM said AS s
LEFT JOIN seen AS e ON e.post_id = s.post_id
QUALIFY row_number() OVER (
    PARTITION BY s.label ORDER BY abs(s.score) * (1 + 0.25 * log10(1 + e.reactions)) DESC
) <= 5
