-- Which posts are in the index of the copy before, and still the same? Not those whose words went.
INSERT INTO search.docs
SELECT d.*
FROM before.search.docs AS d
JOIN posts AS p
    ON p.number = d.number
    AND p.content_hash = d.content_hash
    AND p.language IS NOT DISTINCT FROM d.language
    AND p.deleted_at IS NULL
