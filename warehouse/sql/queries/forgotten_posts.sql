-- Which posts are to be forgotten: those named, those of a writer or an address, those too old?
WITH rules AS (SELECT unnest($sources::VARCHAR[]) AS source, unnest($limits::TIMESTAMPTZ[]) AS before)
SELECT unnest($posts::VARCHAR[]) AS post_id
UNION
SELECT p.post_id
FROM posts AS p
WHERE list_contains($authors::VARCHAR[], p.author) OR list_contains($urls::VARCHAR[], p.url)
UNION
SELECT p.post_id
FROM posts AS p
JOIN post_brands AS b ON b.post_id = p.post_id
JOIN rules AS r ON r.source = b.source AND coalesce(p.posted_at, p.collected_at) < r.before
UNION
SELECT p.post_id
FROM posts AS p
JOIN private.raw_items AS i ON i.post_id = p.post_id
JOIN rules AS r ON r.source = i.source AND coalesce(p.posted_at, p.collected_at) < r.before
