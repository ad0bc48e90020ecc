-- nl: Wie klaagde vaker dan één keer?
-- en: Who complained more than once?
-- read: The last 90 days. Writers with negative posts on two days or more, or in two places or more of one platform. `author` is a hash: it tells the same writer again, never who it is. Most customers complain once.
SELECT
    m.platform,
    m.author,
    count(*) AS negative_posts,
    count(DISTINCT coalesce(m.thread_id, m.post_id)) AS threads,
    min(m.day) AS first_day,
    max(m.day) AS last_day,
    round(avg(m.score), 2) AS score,
    arg_max(left(m.body, 100), m.posted_at) AS latest
FROM mentions AS m
JOIN last_days(90) AS t ON t.brand = m.brand AND t.day = m.day AND t.role = 'own'
WHERE m.author IS NOT NULL AND m.author_role <> 'brand' AND m.label = 'negative'
GROUP BY m.platform, m.author
HAVING count(DISTINCT m.day) >= 2 OR count(DISTINCT coalesce(m.thread_id, m.post_id)) >= 2
ORDER BY negative_posts DESC, last_day DESC, m.author
LIMIT 50
