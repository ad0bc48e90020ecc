-- Which sources have a post or a rejected item that is older than they may keep it?
WITH rules AS (SELECT unnest($sources) AS source, unnest($limits) AS before)
SELECT r.source
FROM rules AS r
WHERE
    EXISTS (
        SELECT 1 FROM posts AS p
        JOIN post_brands AS b ON b.post_id = p.post_id
        WHERE b.source = r.source AND coalesce(p.posted_at, p.collected_at) < r.before
    )
    OR EXISTS (
        SELECT 1 FROM posts AS p
        JOIN private.raw_items AS i ON i.post_id = p.post_id
        WHERE i.source = r.source AND coalesce(p.posted_at, p.collected_at) < r.before
    )
    OR EXISTS (
        SELECT 1 FROM rejects AS x WHERE x.source = r.source AND x.rejected_at < r.before
    )
