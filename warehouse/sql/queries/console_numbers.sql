-- By which numbers do the tables know these posts?
SELECT post_id, number
FROM posts
WHERE post_id IN (SELECT unnest($posts::VARCHAR[]))
