-- In which days and language does this brand count?
MERGE INTO brands
USING (SELECT $brand AS brand, $time_zone AS time_zone, $language AS language) AS i
ON brands.brand = i.brand
WHEN MATCHED THEN UPDATE SET time_zone = i.time_zone, language = i.language
WHEN NOT MATCHED THEN INSERT VALUES (i.brand, i.time_zone, i.language)
