-- Posts about each brand by label, and the stars that customers gave, in four weeks.
SELECT b.brand, s.label, count(*) AS posts, avg(p.rating) AS rating
FROM posts AS p
JOIN post_brands AS b ON b.post_id = p.post_id
LEFT JOIN sentiments AS s ON s.post_id = p.post_id AND s.content_hash = p.content_hash
WHERE
    p.author_role <> 'brand' AND p.excluded_reason IS NULL
    AND p.posted_at >= $month AND p.posted_at < $ends_at
GROUP BY ALL
