-- Which posts stand in the thread of this one, in time order: one page of them?
SELECT number
FROM mention_facts
WHERE
    (thread_id = $thread_id OR post_id = $thread_id)
    AND brand = $brand
    AND ($at::TIMESTAMPTZ IS NULL OR (told_at, post_id) > ($at, $post_id))
ORDER BY told_at, post_id
LIMIT $size
