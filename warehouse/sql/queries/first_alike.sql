-- Which is the first post, of those about the same brand, that shares a band with each of these?
WITH asked AS (
    SELECT DISTINCT b.post_id, b.band, w.brand
    FROM private.bands AS b
    JOIN incoming_screened AS i ON i.post_id = b.post_id
    JOIN post_brands AS w ON w.post_id = b.post_id
),
firsts AS (
    SELECT
        a.band,
        a.brand,
        arg_min(
            p.post_id,
            {
                'collected': p.collected_at,
                'posted': coalesce(p.posted_at, TIMESTAMPTZ 'infinity'),
                'post': p.post_id
            }
        ) AS original
    FROM (SELECT DISTINCT band, brand FROM asked) AS a
    JOIN private.bands AS b ON b.band = a.band
    JOIN post_brands AS w ON w.post_id = b.post_id AND w.brand = a.brand
    JOIN posts AS p ON p.post_id = b.post_id
    GROUP BY a.band, a.brand
)
SELECT DISTINCT a.post_id, f.original, p.title, p.body
FROM asked AS a
JOIN firsts AS f ON f.band = a.band AND f.brand = a.brand AND f.original <> a.post_id
JOIN posts AS p ON p.post_id = f.original
JOIN posts AS own ON own.post_id = a.post_id
ORDER BY own.posted_at NULLS LAST, a.post_id, f.original
