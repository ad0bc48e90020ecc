-- Whom those posts are about: one in seven speaks of the competitor.
INSERT INTO post_brands
SELECT
    post_id,
    CASE WHEN number % 7 = 0 THEN 'Andere Fiets' ELSE 'Vlotte Fiets' END AS brand,
    CASE WHEN number % 7 = 0 THEN 'competitor' ELSE 'own' END AS role,
    platform AS source,
    'source' AS matched_by,
    number
FROM posts
WHERE number BETWEEN $first AND $last
