-- Of which sources are there items to parse again, and how many?
SELECT source, CAST(count(*) AS BIGINT) AS items
FROM (
    SELECT source FROM private.raw_items
    UNION ALL
    SELECT source FROM rejects
) AS found
GROUP BY source
ORDER BY source
