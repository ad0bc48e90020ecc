-- Between which numbers are these posts, and how many of them are there from one number on?
SELECT
    coalesce(min(number), 0) AS first,
    coalesce(max(number), 0) AS last,
    count(*) AS found
FROM posts
WHERE
    fingerprint IN (SELECT md5_number_lower(post_id) FROM (SELECT unnest($posts) AS post_id))
    AND number >= $first
