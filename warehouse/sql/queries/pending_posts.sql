-- Which posts has this model not read in their present text, or could not read then but can now?
SELECT p.post_id, p.content_hash, p.title, p.body, p.rating, p.language
FROM posts AS p
LEFT JOIN sentiments AS s
    ON s.number = p.number AND s.model = $model AND s.content_hash = p.content_hash
WHERE
    p.deleted_at IS NULL
    AND p.post_id > $after
    AND ($since IS NULL OR coalesce(p.posted_at, p.collected_at) >= $since)
    AND (
        len($sources::VARCHAR[]) = 0
        OR p.post_id IN (
            SELECT b.post_id FROM post_brands AS b WHERE list_contains($sources::VARCHAR[], b.source)
        )
    )
    AND (
        s.post_id IS NULL
        OR (s.status = 'unscored_language' AND p.language IN (SELECT unnest($languages)))
        OR (
            s.status = 'scored'
            AND NOT EXISTS (
                SELECT 1 FROM moment_readings AS m
                WHERE m.number = p.number AND m.model = $model AND m.map_version = $map_version
                    AND m.content_hash = p.content_hash
            )
        )
    )
ORDER BY p.post_id
LIMIT $limit
