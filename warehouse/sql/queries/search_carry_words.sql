-- Which words do they have? One that only forgotten posts had does not come along.
INSERT INTO search.words
SELECT w.*
FROM before.search.words AS w
SEMI JOIN (
    SELECT h.word
    FROM before.search.hits AS h
    SEMI JOIN search.docs AS d ON d.number = h.number
) AS h ON h.word = w.word
