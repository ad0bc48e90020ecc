-- Peak, end and mean of what each customer told in each thread, for those heard of in a day.
WITH told AS (
    SELECT
        coalesce(p.thread_id, p.post_id) AS thread,
        coalesce(p.author, p.post_id) AS writer,
        p.post_id,
        p.content_hash,
        p.posted_at
    FROM posts AS p
    WHERE p.author_role <> 'brand' AND p.excluded_reason IS NULL AND p.posted_at < $ends_at
),
heard AS (
    SELECT DISTINCT thread, writer
    FROM told
    WHERE posted_at >= $starts_at
)
SELECT
    t.thread,
    t.writer,
    count(*) AS moments,
    avg(m.score) AS mean,
    arg_max(m.score, abs(m.score)) AS peak,
    arg_max(m.score, (t.posted_at, m.position)) AS ending
FROM told AS t
JOIN heard AS h ON h.thread = t.thread AND h.writer = t.writer
JOIN post_brands AS b ON b.post_id = t.post_id AND b.brand = $brand
JOIN moment_readings AS m ON m.post_id = t.post_id AND m.content_hash = t.content_hash
GROUP BY ALL
