-- Which of the posts that were read did not wait for it?
INSERT INTO read_posts
WITH missing AS MATERIALIZED (
    SELECT i.post_id
    FROM (
        SELECT post_id FROM incoming_sentiments UNION SELECT post_id FROM incoming_moments
    ) AS i
    ANTI JOIN read_posts AS r ON r.post_id = i.post_id
)
SELECT p.post_id, p.number
FROM missing AS m
JOIN posts AS p ON p.post_id = m.post_id
