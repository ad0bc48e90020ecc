-- Which of these addresses do posts have that are not to be forgotten?
SELECT DISTINCT p.url
FROM posts AS p
WHERE
    p.url IN (SELECT unnest($urls::VARCHAR[]))
    AND p.post_id NOT IN (SELECT unnest($posts::VARCHAR[]))
