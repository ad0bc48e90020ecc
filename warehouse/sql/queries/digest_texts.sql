-- What did customers write about this brand in this period, and how does it read?
-- At most so many posts, chosen by their fingerprints: the same ones every time. They are chosen
-- before their texts are read.
WITH chosen AS MATERIALIZED (
    SELECT number, fingerprint
    FROM mention_facts
    WHERE
        brand = $brand
        AND told_at >= $starts_at
        AND told_at < $ends_at
        AND author_role <> 'brand'
        AND deleted_at IS NULL
        AND label IS NOT NULL
    ORDER BY fingerprint
    LIMIT $most
)
SELECT
    f.post_id,
    coalesce(f.author, f.post_id) AS writer,
    f.label,
    f.score,
    left(concat_ws('. ', f.title, f.body), $length) AS text
FROM chosen AS c
JOIN mention_facts AS f ON f.number = c.number
WHERE f.brand = $brand AND f.told_at >= $starts_at AND f.told_at < $ends_at
ORDER BY c.fingerprint
