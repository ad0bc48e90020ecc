-- Moments of a day by stage, touchpoint and label.
SELECT m.stage, m.touchpoint, m.label, count(*) AS moments
FROM moment_readings AS m
JOIN posts AS p ON p.post_id = m.post_id AND p.content_hash = m.content_hash
JOIN post_brands AS b ON b.post_id = p.post_id
WHERE
    b.brand = $brand AND p.author_role <> 'brand' AND p.excluded_reason IS NULL
    AND p.posted_at >= $starts_at AND p.posted_at < $ends_at
GROUP BY ALL
