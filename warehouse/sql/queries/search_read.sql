-- How often does each of them say each word?
CREATE TEMP TABLE said AS
SELECT number, coalesce(language, '') AS language, text, CAST(count(*) AS INTEGER) AS hits
FROM (SELECT number, language, unnest(words) AS text FROM unread)
GROUP BY ALL
