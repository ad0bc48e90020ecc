-- Between which numbers are the posts of a period? Others may be between them, too.
SELECT coalesce(min(number), 0) AS first, coalesce(max(number), 0) AS last
FROM mention_facts
WHERE told_at >= $starts_at AND told_at < $ends_at
