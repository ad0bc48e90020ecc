-- Enter their words, with those known before; the posts of one word lie together, so that asking
-- for it reads little else.
INSERT INTO search.hits
SELECT *
FROM (
    SELECT w.word, s.number, s.hits
    FROM said AS s
    JOIN search.words AS w ON w.language = s.language AND w.text = s.text
    UNION ALL
    SELECT word, number, hits
    FROM said_before
)
ORDER BY word, number
