-- nl: Welke berichten en recensies kregen er het snelst interacties bij?
-- en: Which posts and reviews gained reactions fastest?
-- read: Reactions are likes, replies and shares. Gained between the last two times the counts changed, for posts heard of in the last 7 days; at least 5 more, to leave out what three friends can do.
WITH seen AS (
    SELECT
        number,
        observed_at,
        coalesce(likes, 0) + coalesce(replies, 0) + coalesce(shares, 0) AS reactions
    FROM engagement
    WHERE observed_at > (SELECT min(as_of) - INTERVAL 28 DAYS FROM today)
),
steps AS (
    SELECT
        number,
        observed_at,
        reactions,
        reactions - lag(reactions) OVER w AS gained,
        date_diff('minute', lag(observed_at) OVER w, observed_at) / 60 AS hours
    FROM seen
    WINDOW w AS (PARTITION BY number ORDER BY observed_at)
    QUALIFY row_number() OVER (PARTITION BY number ORDER BY observed_at DESC) = 1
)
SELECT
    m.platform,
    m.kind,
    m.label,
    s.reactions,
    s.gained,
    round(s.gained / s.hours, 1) AS per_hour,
    s.observed_at,
    left(coalesce(m.title || ': ', '') || m.body, 100) AS text,
    m.url
FROM steps AS s
JOIN mentions AS m ON m.number = s.number
JOIN today AS t ON t.brand = m.brand AND t.role = 'own'
WHERE
    m.author_role <> 'brand'
    AND s.gained >= 5
    AND s.hours > 0
    AND s.observed_at > t.as_of - INTERVAL 7 DAYS
ORDER BY per_hour DESC, m.post_id
LIMIT 20
