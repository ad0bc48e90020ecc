-- How long is a post, for the ranking; and from now on the index may be asked.
INSERT INTO search.built
SELECT coalesce(avg(words), 1), CAST($format AS INTEGER)
FROM search.docs
