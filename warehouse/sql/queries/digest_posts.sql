-- How do the posts of customers read, by local day, source, platform and language?
-- The times are asked, not the day: they are compared before the costly conversion to local days.
SELECT
    day,
    source,
    platform,
    coalesce(language, '') AS language,
    CASE
        WHEN status IS NOT NULL THEN status
        WHEN deleted_at IS NOT NULL THEN 'deleted'
        ELSE 'unread'
    END AS status,
    label,
    count(*) AS posts
FROM mention_facts
WHERE
    brand = $brand
    AND author_role <> 'brand'
    AND told_at >= $starts_at
    AND told_at < $ends_at
GROUP BY ALL
ORDER BY ALL
