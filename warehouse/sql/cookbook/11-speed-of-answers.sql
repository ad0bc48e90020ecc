-- nl: Hoe snel en hoe vaak antwoorden wij op klachten, per platform?
-- en: How fast and how often do we answer complaints, on each platform?
-- read: The last 90 days. A platform without threads (an app store, a feed) shows no answers even where there are some: compare only platforms with answers.
SELECT
    c.platform,
    count(*) AS complaints,
    count(c.answered_at) AS answered,
    CAST(100 * count(c.answered_at) / count(*) AS INTEGER) AS answered_share,
    round(median(c.hours_to_answer), 1) AS median_hours,
    count(*) FILTER (c.state = 'resolved') AS resolved,
    count(*) FILTER (c.state = 'escalated') AS escalated
FROM complaints_of_days(90) AS c
JOIN today AS t ON t.brand = c.brand AND t.role = 'own'
GROUP BY c.platform
ORDER BY complaints DESC, c.platform
