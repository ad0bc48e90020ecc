-- Which posts of a source are young enough to be looked at again, when was a count of theirs last
-- seen to differ, and what did they have now and some hours before? Own customers' posts, as the
-- rules on reach look at them: a reply counts with its thread, where that is known.
WITH young AS (
    SELECT
        p.number,
        p.post_id,
        coalesce(p.posted_at, p.collected_at) AS posted_at,
        p.collected_at
    FROM posts AS p
    LEFT JOIN posts AS t ON t.post_id = p.thread_id AND t.number <> p.number
    WHERE
        coalesce(p.posted_at, p.collected_at) > $since
        AND p.collected_at <= $now
        AND p.deleted_at IS NULL
        AND p.excluded_reason IS NULL
        AND p.author_role <> 'brand'
        AND (p.kind <> 'comment' OR t.number IS NULL)
),
counted AS (
    SELECT
        e.number,
        e.observed_at,
        coalesce(e.likes, 0) + coalesce(e.replies, 0) + coalesce(e.shares, 0) AS total
    FROM engagement AS e
    JOIN young AS y ON y.number = e.number
    WHERE e.observed_at <= $now AND coalesce(e.likes, e.replies, e.shares) IS NOT NULL
),
seen AS (
    SELECT
        number,
        max(observed_at) AS last_seen,
        arg_max(total, observed_at) AS total,
        arg_min(total, observed_at) AS first_total,
        arg_max(total, observed_at) FILTER (observed_at <= $before) AS earlier
    FROM counted
    GROUP BY number
)
SELECT
    y.number,
    y.posted_at,
    greatest(s.last_seen, y.collected_at) AS last_seen,
    s.total,
    s.first_total,
    s.earlier
FROM young AS y
JOIN seen AS s ON s.number = y.number
WHERE
    EXISTS (FROM post_brands AS b WHERE b.number = y.number AND b.role = 'own')
    AND EXISTS (FROM private.raw_items AS r WHERE r.number = y.number AND r.source = $source)
ORDER BY y.number
