-- By which numbers do the tables know these posts?
SELECT p.post_id, p.number
FROM posts AS p
JOIN (SELECT unnest($posts::VARCHAR[]) AS post_id) AS w ON w.post_id = p.post_id
WHERE p.fingerprint IN (SELECT md5_number_lower(post_id) FROM (SELECT unnest($posts::VARCHAR[]) AS post_id))
