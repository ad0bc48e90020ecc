-- Complaints of two weeks and whether the company has answered.
WITH said AS (
    SELECT p.post_id, p.thread_id, p.posted_at
    FROM posts AS p
    JOIN post_brands AS b ON b.post_id = p.post_id AND b.brand = $brand
    JOIN sentiments AS s ON s.post_id = p.post_id AND s.content_hash = p.content_hash
    JOIN moment_readings AS m ON m.post_id = p.post_id AND m.content_hash = p.content_hash
    WHERE
        p.author_role <> 'brand' AND p.excluded_reason IS NULL AND s.label <> 'positive'
        AND p.posted_at >= $since AND p.posted_at < $ends_at
        AND m.label <> 'positive'
    GROUP BY ALL
    HAVING bool_or(m.label = 'negative') AND bool_or(
        (m.stage = 'end' AND m.label = 'negative')
        OR complaint_says(strip_accents(lower(substr(p.body, m.start + 1, m.stop - m.start))), 'request')
        OR complaint_says(strip_accents(lower(substr(p.body, m.start + 1, m.stop - m.start))), 'demand')
        OR complaint_says(strip_accents(lower(substr(p.body, m.start + 1, m.stop - m.start))), 'failure')
    )
)
SELECT s.post_id, min(r.posted_at) AS answered_at
FROM said AS s
LEFT JOIN posts AS r
    ON r.thread_id = s.thread_id AND r.author_role = 'brand' AND r.posted_at > s.posted_at
GROUP BY s.post_id
