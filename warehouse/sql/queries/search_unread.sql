-- Which of these posts are not in the index yet?
CREATE TEMP TABLE unread AS
SELECT
    p.number,
    p.content_hash,
    p.language,
    search_words(coalesce(p.title, '') || ' ' || p.body) AS words
FROM posts AS p
ANTI JOIN search.docs AS d ON d.number = p.number
WHERE p.number BETWEEN $first AND $last
