-- Which posts could not be read before and are read anew? That old answer goes.
DELETE FROM sentiments
USING (
    SELECT r.number, n.model, n.content_hash
    FROM incoming_sentiments AS n
    JOIN read_posts AS r ON r.post_id = n.post_id
) AS i
WHERE
    sentiments.number = i.number AND sentiments.model = i.model
    AND sentiments.content_hash = i.content_hash AND sentiments.status <> 'scored'
