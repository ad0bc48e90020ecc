-- Which moments in customers' posts about us fit no touchpoint well, the latest first?
SELECT m.post_id, m.text, p.language
FROM moments AS m
JOIN posts AS p ON p.post_id = m.post_id
WHERE
    (m.stage = 'none' OR m.stage_confidence < $below)
    AND p.author_role <> 'brand'
    AND p.deleted_at IS NULL
    AND coalesce(p.posted_at, p.collected_at) >= $since
    AND EXISTS (FROM post_brands AS b WHERE b.post_id = m.post_id AND b.role = 'own')
ORDER BY coalesce(p.posted_at, p.collected_at) DESC, m.post_id, m.position
LIMIT $limit
