-- Which of these words were never met, and what is their stem in their language? In the order of
-- letters, in which they are looked for.
INSERT INTO search.words
SELECT
    CAST((SELECT coalesce(max(word), 0) FROM search.words) + row_number() OVER (ORDER BY text, language)
        AS INTEGER),
    text,
    language,
    CASE language
        WHEN 'nl' THEN stem(text, 'dutch')
        WHEN 'en' THEN stem(text, 'english')
        WHEN 'de' THEN stem(text, 'german')
        WHEN 'fr' THEN stem(text, 'french')
        WHEN 'es' THEN stem(text, 'spanish')
        WHEN 'it' THEN stem(text, 'italian')
        WHEN 'pt' THEN stem(text, 'portuguese')
        WHEN 'da' THEN stem(text, 'danish')
        WHEN 'sv' THEN stem(text, 'swedish')
        WHEN 'no' THEN stem(text, 'norwegian')
        WHEN 'fi' THEN stem(text, 'finnish')
        ELSE text
    END
FROM (SELECT DISTINCT language, text FROM said)
ANTI JOIN search.words USING (language, text)
ORDER BY text, language
