-- Enter their words.
INSERT INTO search.hits
SELECT w.word, s.doc, s.hits
FROM said AS s
JOIN search.words AS w ON w.language = s.language AND w.text = s.text
