-- Between which numbers are these posts, and how many of them are there from one number on?
SELECT
    coalesce(min(number), 0) AS first,
    coalesce(max(number), 0) AS last,
    count(*) AS found
FROM posts
WHERE post_id IN (SELECT unnest($posts)) AND number >= $first
