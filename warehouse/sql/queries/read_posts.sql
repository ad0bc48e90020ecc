-- Which of the posts that were read are still there, and what are their numbers? Most are among
-- those that wait to be read; only for others all posts are looked through (next query).
CREATE OR REPLACE TEMP TABLE read_posts AS
SELECT DISTINCT p.post_id, p.number
FROM (
    SELECT post_id FROM incoming_sentiments UNION SELECT post_id FROM incoming_moments
) AS i
JOIN private.unread AS u ON u.post_id = i.post_id
JOIN posts AS p ON p.number = u.number AND p.post_id = u.post_id
