-- What words are these? One that only forgotten posts had does not come along.
INSERT INTO search.words
SELECT w.*
FROM before.search.words AS w
SEMI JOIN search.hits AS h ON h.word = w.word
