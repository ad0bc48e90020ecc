-- What those posts reached: seen once, and again a day later where they go round.
INSERT INTO engagement
SELECT
    post_id,
    posted_at + to_hours(CAST(1 + 23 * seen AS BIGINT)) AS observed_at,
    hash(number) % 20 * (1 + seen * (number % 9)) AS likes,
    hash(number) % 5 * (1 + seen) AS replies,
    0 AS shares,
    NULL AS views,
    NULL AS audience,
    number
FROM posts
CROSS JOIN (VALUES (0), (1)) AS t(seen)
WHERE number BETWEEN $first AND $last AND (seen = 0 OR number % 5 < 2)
ORDER BY number
