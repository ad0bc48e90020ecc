-- In which days and language does this brand count?
INSERT INTO brands VALUES ($brand, $time_zone, $language)
ON CONFLICT DO UPDATE SET time_zone = excluded.time_zone, language = excluded.language
