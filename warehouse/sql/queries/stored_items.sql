-- Which stored items of a source are the latest that came of their posts?
-- An older one of another source must not bring an old text back.
SELECT r.post_id, r.place, r.payload, r.fetched_at, r.post_id AS behind
FROM private.raw_items AS r
JOIN posts AS p ON p.post_id = r.post_id AND p.deleted_at IS NULL
WHERE
    r.source = $source
    AND r.post_id > $after
    AND ($since IS NULL OR coalesce(p.posted_at, p.collected_at) >= $since)
    AND NOT EXISTS (
        SELECT 1
        FROM private.raw_items AS o
        WHERE
            o.post_id = r.post_id
            AND (o.fetched_at > r.fetched_at OR (o.fetched_at = r.fetched_at AND o.source > r.source))
    )
ORDER BY r.post_id
LIMIT $limit
