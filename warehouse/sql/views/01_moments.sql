-- Which moments of the journey do the posts speak of, read by the active model on the active map?
-- A table in the published copy, like mention_facts.
-- What people put right wins: a correction holds for what covers half of its place or more.
CREATE OR REPLACE VIEW moments AS
WITH mended AS (
    SELECT
        r.post_id,
        r.model,
        r.map_version,
        r.position,
        arg_max_null(c.new, c."at") FILTER (WHERE c.what = 'label') AS label,
        arg_max_null(c.new, c."at") FILTER (WHERE c.what = 'stage') AS stage,
        arg_max_null(c.new, c."at") FILTER (WHERE c.what = 'touchpoint') AS touchpoint
    FROM corrections AS c
    JOIN moment_readings AS r
        ON r.post_id = c.post_id AND r.content_hash = c.content_hash AND r.field = c.field
        AND 2 * (least(r.stop, c.stop) - greatest(r.start, c.start))
            >= least(r.stop - r.start, c.stop - c.start)
    GROUP BY r.post_id, r.model, r.map_version, r.position
),
placed AS (
    -- A touchpoint that the active map does not have any more leaves its stage.
    SELECT x.* REPLACE (CASE WHEN x.stage IS NOT NULL THEN coalesce(t.touchpoint, 'none') END AS touchpoint)
    FROM mended AS x
    LEFT JOIN touchpoints AS t
        ON t.map_version = x.map_version AND t.touchpoint = x.touchpoint AND t.stage = x.stage
)
SELECT
    m.post_id,
    m.position,
    substr(CASE m.field WHEN 'title' THEN p.title ELSE p.body END, m.start + 1, m.stop - m.start)
        AS text,
    coalesce(x.stage, m.stage) AS stage,
    coalesce(x.touchpoint, m.touchpoint) AS touchpoint,
    CASE WHEN x.stage IS NULL THEN m.stage_confidence ELSE CAST(1 AS FLOAT) END AS stage_confidence,
    coalesce(x.label, m.label) AS label,
    CASE
        WHEN x.label IS NULL THEN m.score
        ELSE CAST(x.label = 'positive' AS FLOAT) - CAST(x.label = 'negative' AS FLOAT)
    END AS score,
    m.is_peak,
    m.is_end,
    m.field,
    m.start,
    m.stop,
    m.runner_up,
    m.matched_example,
    m.model,
    m.map_version,
    m.number
FROM moment_readings AS m
JOIN active AS a ON m.model = a.model AND m.map_version = a.map_version
JOIN posts AS p ON p.number = m.number AND p.content_hash = m.content_hash
LEFT JOIN placed AS x
    ON x.post_id = m.post_id AND x.model = m.model AND x.map_version = m.map_version
    AND x.position = m.position
WHERE p.excluded_reason IS NULL;
