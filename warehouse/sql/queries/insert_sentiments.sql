-- How do these posts read? One that was forgotten while it was read is left out.
INSERT INTO sentiments
SELECT
    i.post_id, i.model, i.content_hash, i.status, i.label, i.negative, i.neutral, i.positive,
    i.score, $now AS classified_at
FROM incoming_sentiments AS i
SEMI JOIN posts AS p ON p.post_id = i.post_id
ANTI JOIN sentiments AS s
    ON s.post_id = i.post_id AND s.model = i.model AND s.content_hash = i.content_hash
