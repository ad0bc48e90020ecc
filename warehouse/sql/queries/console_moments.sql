-- Which moments do these posts speak of, where in their text, and why were they placed there?
SELECT
    m.post_id,
    m.position,
    m.field,
    m.start,
    m.stop,
    m.stage,
    m.touchpoint,
    t.name_nl,
    t.name_en,
    m.stage_confidence,
    m.label,
    m.score,
    m.is_peak,
    m.is_end,
    m.runner_up,
    u.name_nl AS runner_up_nl,
    u.name_en AS runner_up_en,
    m.matched_example,
    m.model,
    m.map_version
FROM moments AS m
LEFT JOIN touchpoints AS t ON t.map_version = m.map_version AND t.touchpoint = m.touchpoint
LEFT JOIN touchpoints AS u ON u.map_version = m.map_version AND u.touchpoint = m.runner_up
WHERE m.rowid IN (
    -- As console_page finds its posts.
    SELECT rowid
    FROM moments
    WHERE number BETWEEN $first AND $last AND number IN (SELECT unnest($numbers::BIGINT[]))
)
ORDER BY m.post_id, m.position
