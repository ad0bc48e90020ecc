-- How those posts read.
INSERT INTO sentiments
SELECT
    post_id,
    'bench-1' AS model,
    content_hash,
    'scored' AS status,
    CASE WHEN score < -0.25 THEN 'negative' WHEN score > 0.25 THEN 'positive' ELSE 'neutral' END
        AS label,
    (1 - score) / 2 AS negative,
    0 AS neutral,
    (1 + score) / 2 AS positive,
    score,
    collected_at + INTERVAL 5 MINUTES AS classified_at,
    number
FROM (
    SELECT *, CAST(hash(number + 1) % 2001 AS DOUBLE) / 1000 - 1 AS score
    FROM posts
    WHERE number BETWEEN $first AND $last
)
ORDER BY number
