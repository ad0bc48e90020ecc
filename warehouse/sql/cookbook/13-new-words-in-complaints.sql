-- nl: Welke woorden zijn nieuw in negatieve berichten?
-- en: Which words are new in negative posts?
-- read: Words in at least 4 negative posts of the last 7 days, and three times as common there as in all other posts of that language in 5 weeks. times compares the two shares (half a post is added, so that a word nobody used before has a number). With few posts, ordinary words slip in; names of products and faults are what to look for.
WITH told AS (
    SELECT
        m.language,
        t.days_ago < 7 AND m.label = 'negative' AS recent,
        list_distinct(search_words(coalesce(m.title, '') || ' ' || m.body)) AS words
    FROM mentions AS m
    JOIN last_days(35) AS t ON t.brand = m.brand AND t.day = m.day AND t.role = 'own'
    WHERE m.author_role <> 'brand' AND m.label IS NOT NULL
),
sizes AS (
    SELECT language, count(*) FILTER (recent) AS recent, count(*) FILTER (NOT recent) AS others
    FROM told
    GROUP BY language
),
counted AS (
    SELECT
        language,
        word,
        count(*) FILTER (recent) AS posts,
        count(*) FILTER (NOT recent) AS other_posts
    FROM (SELECT language, recent, unnest(words) AS word FROM told)
    WHERE length(word) >= 4
    GROUP BY language, word
    HAVING count(*) FILTER (recent) >= 4
)
SELECT
    c.language,
    c.word,
    c.posts,
    c.other_posts,
    round((c.posts / s.recent) / ((c.other_posts + 0.5) / (s.others + 0.5)), 1) AS times
FROM counted AS c
JOIN sizes AS s ON s.language = c.language
WHERE times >= 3
ORDER BY c.posts * ln(times) DESC, c.language, c.word
LIMIT 30
