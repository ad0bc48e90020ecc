-- Which posts has this batch brought, and what are their numbers?
INSERT INTO known_posts
SELECT p.post_id, p.number, FALSE AS deleted
FROM posts AS p
WHERE p.number > $last
