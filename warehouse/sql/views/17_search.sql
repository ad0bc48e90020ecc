-- Which posts say these words? An index that is filled in the published copy (warehouse.search),
-- and the macro that asks it. Elsewhere these tables are empty.
CREATE SCHEMA IF NOT EXISTS search;
CREATE OR REPLACE TABLE search.built (words_per_post DOUBLE NOT NULL, format INTEGER NOT NULL);
CREATE OR REPLACE TABLE search.docs (
    doc INTEGER NOT NULL,
    post_id VARCHAR NOT NULL,
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
CREATE OR REPLACE TABLE search.hits (word INTEGER NOT NULL, doc INTEGER NOT NULL, hits INTEGER NOT NULL);

-- The words of a text: runs of letters and digits, in small letters without accents. What is
-- longer than 40 is no word but a link or a scream.
CREATE OR REPLACE MACRO search_words(text) AS
    list_transform(
        regexp_extract_all(lower(strip_accents(text)), '[\p{L}\p{N}]+'),
        lambda word: left(word, 40)
    );

CREATE OR REPLACE MACRO search_posts(words) AS TABLE
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
meant AS (
    SELECT DISTINCT k.asked, w.word
    FROM known AS k
    JOIN search.words AS w ON w.language = k.language AND w.stem = k.stem
    UNION ALL
    SELECT a.asked, w.word
    FROM asked AS a
    JOIN search.words AS w ON starts_with(w.text, rtrim(a.asked, '*'))
    WHERE a.asked NOT IN (SELECT asked FROM known)
),
found AS (
    SELECT m.asked, h.doc, sum(h.hits) AS hits
    FROM meant AS m
    JOIN search.hits AS h ON h.word = m.word
    GROUP BY m.asked, h.doc
),
size AS (
    SELECT count(*) AS posts, greatest(10, count(*) / 10) AS many
    FROM search.docs
),
counted AS (
    SELECT a.asked, count(f.doc) AS posts
    FROM asked AS a
    LEFT JOIN found AS f ON f.asked = a.asked
    GROUP BY a.asked
),
-- Every word is needed, but for those that so many posts have that they say little (te, the);
-- these only help the ranking, which is BM25 with its usual constants.
weighed AS (
    SELECT
        c.asked,
        c.posts <= s.many OR min(c.posts) OVER () > s.many AS needed,
        ln(1 + (s.posts - c.posts + 0.5) / (c.posts + 0.5)) AS rarity
    FROM counted AS c
    CROSS JOIN size AS s
),
ranked AS (
    SELECT
        d.post_id,
        sum(
            w.rarity * f.hits * 2.2
            / (f.hits + 1.2 * (0.25 + 0.75 * d.words / (SELECT words_per_post FROM search.built)))
        ) AS relevance
    FROM found AS f
    JOIN weighed AS w ON w.asked = f.asked
    JOIN search.docs AS d ON d.doc = f.doc
    GROUP BY d.post_id
    HAVING count(*) FILTER (WHERE w.needed) = (SELECT count(*) FROM weighed WHERE needed)
)
SELECT
    round(f.relevance, 2) AS relevance,
    b.brand,
    CAST(timezone(z.time_zone, coalesce(p.posted_at, p.collected_at)) AS DATE) AS day,
    p.platform,
    p.language,
    p.author_role,
    p.rating,
    s.label,
    s.score,
    p.title,
    p.body,
    p.url,
    p.post_id
FROM ranked AS f
JOIN posts AS p ON p.post_id = f.post_id
JOIN post_brands AS b ON b.post_id = p.post_id
JOIN brands AS z ON z.brand = b.brand
LEFT JOIN readings AS s ON s.post_id = p.post_id AND s.content_hash = p.content_hash
WHERE p.excluded_reason IS NULL
ORDER BY f.relevance DESC, coalesce(p.posted_at, p.collected_at) DESC, p.post_id;
