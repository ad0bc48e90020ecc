-- The items that those posts came in.
INSERT INTO private.raw_items
SELECT
    platform AS source,
    post_id,
    'page' AS place,
    json_object('id', post_id, 'user', author, 'text', body, 'title', title, 'stars', rating)
        AS payload,
    collected_at AS fetched_at,
    number
FROM posts
WHERE number BETWEEN $first AND $last
