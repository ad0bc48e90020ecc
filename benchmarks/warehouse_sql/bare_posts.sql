-- Posts of customers in two weeks, by local day, source, platform, language and label.
SELECT
    CAST(timezone('Europe/Amsterdam', p.posted_at) AS DATE) AS day,
    b.source,
    p.platform,
    p.language,
    s.label,
    count(*) AS posts
FROM posts AS p
JOIN post_brands AS b ON b.post_id = p.post_id
LEFT JOIN sentiments AS s ON s.post_id = p.post_id AND s.content_hash = p.content_hash
WHERE
    b.brand = $brand AND p.author_role <> 'brand' AND p.excluded_reason IS NULL
    AND p.posted_at >= $since AND p.posted_at < $ends_at
GROUP BY ALL
