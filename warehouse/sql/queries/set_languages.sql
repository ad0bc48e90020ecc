-- In which language is each post, where the platform did not say?
UPDATE posts
SET language = i.language
FROM (
    SELECT r.number, n.content_hash, n.language
    FROM incoming_sentiments AS n
    JOIN read_posts AS r ON r.post_id = n.post_id
    WHERE n.language IS NOT NULL
) AS i
WHERE
    posts.number = i.number AND posts.content_hash = i.content_hash
    AND posts.language IS DISTINCT FROM i.language
