-- nl: Horen wij alle bronnen nog?
-- en: Do we still hear every source?
-- read: silent_days is how long ago the newest post of a source was written: a source that is healthy but silent may read the wrong address. rejected are items that could not be used (see rejects).
SELECT
    h.source,
    h.healthy,
    h.visits,
    h.last_success,
    h.new AS posts,
    h.rejected,
    (SELECT max(day) FROM today) - max(m.day) AS silent_days,
    nullif(h.last_error, '') AS last_error,
    nullif(h.last_truncated, '') AS last_truncated
FROM source_health AS h
LEFT JOIN mentions AS m ON m.source = h.source
GROUP BY ALL
ORDER BY h.healthy, silent_days DESC NULLS FIRST, h.source
