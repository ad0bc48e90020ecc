-- nl: Wie vraagt zijn geld terug?
-- en: Who asks for the money back?
-- read: Full-text search: all words are needed but very common ones, in whatever form (klacht finds klachten), best matches first; a star finds beginnings (lever* finds levering and leverdatum). Put your own words in its place.
SELECT f.relevance, f.day, f.platform, f.label, left(f.body, 140) AS text, f.url
FROM search_posts('geld terug') AS f
JOIN today AS t ON t.brand = f.brand AND t.role = 'own'
WHERE f.author_role <> 'brand'
ORDER BY f.relevance DESC, f.day DESC, f.post_id
LIMIT 20
