-- nl: Welke klachten wachten nog op antwoord?
-- en: Which complaints still wait for an answer?
-- read: Of the last 90 days. Those that most of the next customers will read come first (weight, 0 to 100). waiting_hours counts to the last post that was heard, not to this minute. Answers are seen only where the platform has threads and your accounts are configured.
SELECT
    c.day,
    c.platform,
    c.state,
    date_diff('hour', c.complained_at, t.as_of) AS waiting_hours,
    c.touchpoint,
    c.demand,
    round(z.weight, 1) AS weight,
    left(c.text, 120) AS text,
    c.url
FROM complaints_of_days(90) AS c
JOIN today AS t ON t.brand = c.brand AND t.role = 'own'
LEFT JOIN zero_moment AS z ON z.number = c.number AND z.brand = c.brand
WHERE c.state IN ('open', 'escalated') AND c.answered_at IS NULL
ORDER BY weight DESC NULLS LAST, c.post_id
LIMIT 50
