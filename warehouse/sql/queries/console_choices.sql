-- What can posts be filtered by: brands, sources and languages, the most used first?
WITH counted AS (
    SELECT brand, role, source, count(*) AS posts
    FROM post_brands
    GROUP BY brand, role, source
),
spoken AS (
    SELECT language, count(*) AS posts
    FROM posts
    WHERE language IS NOT NULL
    GROUP BY language
)
SELECT 'brand' AS kind, brand AS value, min(role) AS role, sum(posts) AS posts
FROM counted
GROUP BY brand
UNION ALL
SELECT 'source', source, min(role), sum(posts)
FROM counted
GROUP BY source
UNION ALL
SELECT 'language', language, NULL, posts
FROM spoken
ORDER BY kind, role DESC, posts DESC, value
