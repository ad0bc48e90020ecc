-- Which of the posts that came or changed has this model not read in their present text, or could
-- not read then but can now? The same as pending_posts, asked of few posts instead of all.
WITH waiting AS MATERIALIZED (
    SELECT p.number, p.post_id, p.content_hash, p.title, p.body, p.rating, p.language
    FROM (SELECT DISTINCT number FROM private.unread) AS u
    JOIN posts AS p ON p.number = u.number
    WHERE p.deleted_at IS NULL
),
had AS MATERIALIZED (
    SELECT s.number, s.content_hash, s.status
    FROM waiting AS w
    JOIN sentiments AS s ON s.number = w.number
    WHERE s.model = $model
),
traced AS MATERIALIZED (
    SELECT DISTINCT m.number, m.content_hash
    FROM waiting AS w
    JOIN moment_readings AS m ON m.number = w.number
    WHERE m.model = $model AND m.map_version = $map_version
)
SELECT w.post_id, w.content_hash, w.title, w.body, w.rating, w.language
FROM waiting AS w
LEFT JOIN had AS s ON s.number = w.number AND s.content_hash = w.content_hash
LEFT JOIN traced AS m ON m.number = w.number AND m.content_hash = w.content_hash
WHERE
    w.post_id > $after
    AND (
        s.number IS NULL
        OR (s.status = 'unscored_language' AND w.language IN (SELECT unnest($languages)))
        OR (s.status = 'scored' AND m.number IS NULL)
    )
ORDER BY w.post_id
LIMIT $limit
