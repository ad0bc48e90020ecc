-- Which moments of the journey do the posts speak of, read by the active model on the active map?
CREATE OR REPLACE VIEW moments AS
SELECT
    m.post_id,
    m.position,
    substr(CASE m.field WHEN 'title' THEN p.title ELSE p.body END, m.start + 1, m.stop - m.start)
        AS text,
    m.stage,
    m.touchpoint,
    m.stage_confidence,
    m.label,
    m.score,
    m.is_peak,
    m.is_end,
    m.field,
    m.start,
    m.stop,
    m.runner_up,
    m.matched_example,
    m.model,
    m.map_version
FROM moment_readings AS m
JOIN active AS a ON m.model = a.model AND m.map_version = a.map_version
JOIN posts AS p ON p.post_id = m.post_id AND p.content_hash = m.content_hash
WHERE p.excluded_reason IS NULL;
