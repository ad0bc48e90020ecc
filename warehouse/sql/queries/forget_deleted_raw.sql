-- Which stored items belong to posts that are deleted upstream?
DELETE FROM private.raw_items
WHERE
    number IN (
        SELECT k.number
        FROM incoming AS i
        JOIN known_posts AS k ON k.post_id = i.post_id
        WHERE i.deleted_at IS NOT NULL
    )
