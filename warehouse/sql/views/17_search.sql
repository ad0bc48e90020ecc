-- Which posts say these words? An index that is filled in the published copy (warehouse.search),
-- and the macros that ask it. Elsewhere these tables are empty.
CREATE SCHEMA IF NOT EXISTS search;
CREATE OR REPLACE TABLE search.built (words_per_post DOUBLE NOT NULL, format INTEGER NOT NULL);
CREATE OR REPLACE TABLE search.docs (
    number BIGINT NOT NULL,
    content_hash VARCHAR NOT NULL,
    language VARCHAR,
    words INTEGER NOT NULL
);
CREATE OR REPLACE TABLE search.words (
    word INTEGER NOT NULL,
    text VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    stem VARCHAR NOT NULL
);
CREATE OR REPLACE TABLE search.hits (word INTEGER NOT NULL, number BIGINT NOT NULL, hits INTEGER NOT NULL);

-- The words of a text: runs of letters and digits, in small letters without accents. What is
-- longer than 40 is no word but a link or a scream.
CREATE OR REPLACE MACRO search_words(text) AS
    list_transform(
        regexp_extract_all(lower(strip_accents(text)), '[\p{L}\p{N}]+'),
        lambda word: left(word, 40)
    );

-- By the index alone: nothing is read of the posts themselves.
CREATE OR REPLACE MACRO search_numbers(words) AS TABLE
WITH asked AS (
    SELECT DISTINCT unnest(regexp_extract_all(
        CASE
            WHEN EXISTS (SELECT 1 FROM search.built) THEN lower(strip_accents(words))
            ELSE error('search_posts needs the fts extension: pip install "umot[search]", then umot run')
        END,
        '[\p{L}\p{N}]{1,40}\*?'
    )) AS asked
),
-- A word stands for all words of its stem, in every language it was met in. One with a star, or
-- that was never met, stands for those that begin with it.
known AS (
    SELECT a.asked, w.language, w.stem
    FROM asked AS a
    JOIN search.words AS w ON w.text = a.asked
),
begun AS (
    SELECT asked, rtrim(asked, '*') AS beginning
    FROM asked
    WHERE asked NOT IN (SELECT asked FROM known)
),
meant AS (
    SELECT DISTINCT k.asked, w.word
    FROM known AS k
    JOIN search.words AS w ON w.language = k.language AND w.stem = k.stem
    UNION ALL
    SELECT b.asked, w.word
    FROM begun AS b
    JOIN search.words AS w
        -- The same said twice: the first part spares reading the words that stand elsewhere.
        ON w.text >= b.beginning AND starts_with(w.text, b.beginning)
),
found AS (
    SELECT m.asked, h.number, sum(h.hits) AS hits
    FROM meant AS m
    JOIN search.hits AS h ON h.word = m.word
    GROUP BY m.asked, h.number
),
size AS (
    SELECT count(*) AS posts, greatest(10, count(*) / 10) AS many
    FROM search.docs
),
counted AS (
    SELECT a.asked, count(f.number) AS posts
    FROM asked AS a
    LEFT JOIN found AS f ON f.asked = a.asked
    GROUP BY a.asked
),
-- Every word is needed, but for those that so many posts have that they say little (te, the);
-- these only help the ranking.
weighed AS (
    SELECT
        c.asked,
        c.posts <= s.many OR min(c.posts) OVER () > s.many AS needed,
        ln(1 + (s.posts - c.posts + 0.5) / (c.posts + 0.5)) AS rarity
    FROM counted AS c
    CROSS JOIN size AS s
),
saying AS (
    SELECT f.number
    FROM found AS f
    JOIN weighed AS w ON w.asked = f.asked AND w.needed
    GROUP BY f.number
    HAVING count(*) = (SELECT count(*) FROM weighed WHERE needed)
)
SELECT f.number, list({'hits': f.hits, 'rarity': w.rarity}) AS words
FROM found AS f
JOIN weighed AS w ON w.asked = f.asked
SEMI JOIN saying AS s ON s.number = f.number
GROUP BY f.number;

CREATE OR REPLACE MACRO search_posts(words) AS TABLE
WITH scored AS (
    -- BM25 with its usual constants.
    SELECT
        n.number,
        list_sum(list_transform(
            n.words,
            lambda said: said.rarity * said.hits * 2.2
            / (said.hits + 1.2 * (0.25 + 0.75 * d.words / b.words_per_post))
        )) AS relevance
    FROM search_numbers(words) AS n
    JOIN search.docs AS d ON d.number = n.number
    CROSS JOIN search.built AS b
),
-- In a list, so that these are found before posts are looked up: DuckDB drops MATERIALIZED from
-- macros that it stores, and would hold all posts in memory.
ranked AS (
    SELECT said.number AS number, said.relevance AS relevance
    FROM (SELECT unnest(list({'number': number, 'relevance': relevance})) AS said FROM scored)
)
SELECT
    round(f.relevance, 2) AS relevance,
    m.brand,
    m.day,
    m.platform,
    m.language,
    m.author_role,
    m.rating,
    m.label,
    m.score,
    m.title,
    m.body,
    m.url,
    m.post_id
FROM ranked AS f
JOIN mention_facts AS m ON m.number = f.number
ORDER BY f.relevance DESC, m.told_at DESC, m.post_id;
