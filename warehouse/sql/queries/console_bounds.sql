-- Between which numbers do the posts of this period lie, as far as anything is bounded?
SELECT coalesce(min(number), 0) AS first, coalesce(max(number), 0) AS last
FROM mention_facts
WHERE
    ($since::TIMESTAMPTZ IS NULL OR told_at >= $since)
    AND ($until::TIMESTAMPTZ IS NULL OR told_at < $until)
