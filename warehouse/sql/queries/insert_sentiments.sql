-- How do these posts read? One that was forgotten while it was read is left out.
INSERT INTO sentiments
WITH had AS MATERIALIZED (
    SELECT s.number, s.model, s.content_hash
    FROM read_posts AS r
    JOIN sentiments AS s ON s.number = r.number
)
SELECT
    i.post_id, i.model, i.content_hash, i.status, i.label, i.negative, i.neutral, i.positive,
    i.score, $now AS classified_at, r.number
FROM incoming_sentiments AS i
JOIN read_posts AS r ON r.post_id = i.post_id
ANTI JOIN had AS h
    ON h.number = r.number AND h.model = i.model AND h.content_hash = i.content_hash
