-- Which posts could not be read before and are read anew? That old answer goes.
DELETE FROM sentiments
USING incoming_sentiments AS i
WHERE
    sentiments.post_id = i.post_id AND sentiments.model = i.model
    AND sentiments.content_hash = i.content_hash AND sentiments.status <> 'scored'
