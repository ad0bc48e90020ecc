-- Which moments do these posts speak of? Those that were forgotten meanwhile are left out.
INSERT INTO moment_readings
WITH had AS MATERIALIZED (
    SELECT m.number, m.model, m.map_version, m.content_hash, m.position
    FROM read_posts AS r
    JOIN moment_readings AS m ON m.number = r.number
)
SELECT
    i.post_id, i.model, i.map_version, i.content_hash, i.position, i.field, i.start, i.stop,
    i.label, i.score, i.stage, i.touchpoint, i.stage_confidence, i.runner_up, i.matched_example,
    i.is_peak, i.is_end, r.number
FROM incoming_moments AS i
JOIN read_posts AS r ON r.post_id = i.post_id
ANTI JOIN had AS h
    ON h.number = r.number AND h.model = i.model AND h.map_version = i.map_version
    AND h.content_hash = i.content_hash AND h.position = i.position
