-- nl: Welke negatieve berichten gaan nu rond, en is er al iemand mee bezig?
-- en: Which negative posts are going round now, and is somebody on it?
-- read: Open alerts of the rule viral_negative. Take one up with umot alerts ack; it leaves this list then.
SELECT
    v.raised_at,
    v.severity,
    v.platform,
    round(v.score, 2) AS score,
    coalesce(v.likes, 0) + coalesce(v.replies, 0) + coalesce(v.shares, 0) AS reactions,
    v.peak_touchpoint,
    left(coalesce(v.title || ': ', '') || v.body, 120) AS text,
    v.reason,
    v.url
FROM viral_negative AS v
JOIN today AS t ON t.brand = v.brand AND t.role = 'own'
ORDER BY v.raised_at DESC, v.post_id
