-- Between which numbers are these posts?
SELECT coalesce(min(number), 0) AS first, coalesce(max(number), 0) AS last
FROM posts
WHERE post_id IN (SELECT unnest($posts))
