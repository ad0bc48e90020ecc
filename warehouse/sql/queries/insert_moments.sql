-- Which moments do these posts speak of? Those that were forgotten meanwhile are left out.
INSERT INTO moment_readings
SELECT
    i.post_id, i.model, i.map_version, i.content_hash, i.position, i.field, i.start, i.stop,
    i.label, i.score, i.stage, i.touchpoint, i.stage_confidence, i.runner_up, i.matched_example,
    i.is_peak, i.is_end
FROM incoming_moments AS i
SEMI JOIN posts AS p ON p.post_id = i.post_id
ANTI JOIN moment_readings AS m
    ON m.post_id = i.post_id AND m.model = i.model AND m.map_version = i.map_version
    AND m.content_hash = i.content_hash AND m.position = i.position
