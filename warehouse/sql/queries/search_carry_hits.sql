-- How often do these posts of the copy before say each word?
INSERT INTO said_before
SELECT h.word, h.number, h.hits
FROM before.search.hits AS h
SEMI JOIN search.docs AS d ON d.number = h.number
WHERE h.number BETWEEN $first AND $last
