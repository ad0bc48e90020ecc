-- Which of these posts have not been looked at in their present text?
SELECT p.post_id
FROM incoming_texts AS i
JOIN posts AS p ON p.post_id = i.post_id AND p.content_hash = i.content_hash
ANTI JOIN private.screened AS s ON s.post_id = p.post_id AND s.content_hash = p.content_hash
WHERE p.deleted_at IS NULL
