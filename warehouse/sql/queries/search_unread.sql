-- Which posts are not in the index yet?
CREATE TEMP TABLE unread AS
SELECT
    CAST((SELECT coalesce(max(doc), 0) FROM search.docs) + row_number() OVER () AS INTEGER) AS doc,
    p.post_id,
    p.content_hash,
    p.language,
    search_words(coalesce(p.title, '') || ' ' || p.body) AS words
FROM posts AS p
ANTI JOIN search.docs AS d ON d.post_id = p.post_id
LIMIT $limit
