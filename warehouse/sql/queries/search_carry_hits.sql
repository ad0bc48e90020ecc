-- Which words do they have?
INSERT INTO search.hits
SELECT h.*
FROM before.search.hits AS h
SEMI JOIN search.docs AS d ON d.doc = h.doc
