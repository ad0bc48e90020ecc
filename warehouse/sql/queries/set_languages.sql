-- In which language is each post, where the platform did not say?
UPDATE posts
SET language = i.language
FROM incoming_sentiments AS i
WHERE
    posts.post_id = i.post_id AND posts.content_hash = i.content_hash
    AND i.language IS NOT NULL AND posts.language IS DISTINCT FROM i.language
