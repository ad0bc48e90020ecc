-- What has come of the threads of the posts that these alerts are about? As the complaint that the
-- post is, else whether the brand wrote in its thread afterwards.
WITH asked AS (
    SELECT
        a.alert_id,
        a.brand,
        p.post_id,
        coalesce(p.thread_id, p.post_id) AS thread_id,
        coalesce(p.posted_at, p.collected_at) AS told_at
    FROM alerts AS a
    JOIN posts AS p
        ON p.fingerprint = md5_number_lower(a.post_id) AND p.post_id = a.post_id
    WHERE a.alert_id IN (SELECT unnest($alerts::VARCHAR[]))
),
answered AS (
    SELECT DISTINCT s.alert_id
    FROM asked AS s
    JOIN mention_facts AS f
        ON f.brand = s.brand AND coalesce(f.thread_id, f.parent_id) = s.thread_id
    WHERE f.author_role = 'brand' AND f.deleted_at IS NULL AND f.told_at >= s.told_at
)
SELECT
    s.alert_id,
    coalesce(c.state, CASE WHEN w.alert_id IS NOT NULL THEN 'answered' END) AS thread
FROM asked AS s
LEFT JOIN answered AS w ON w.alert_id = s.alert_id
LEFT JOIN complaints_between($since, TIMESTAMPTZ 'infinity', 0, NULL) AS c
    ON c.post_id = s.post_id AND c.brand = s.brand
WHERE thread IS NOT NULL
