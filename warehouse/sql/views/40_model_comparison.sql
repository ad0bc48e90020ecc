-- Where do the active model and another one read the same text differently?
CREATE OR REPLACE VIEW model_comparison AS
SELECT
    s.post_id,
    p.platform,
    p.language,
    p.rating,
    s.model,
    o.model AS other_model,
    s.label,
    o.label AS other_label,
    s.score,
    o.score AS other_score,
    s.label = o.label AS same_label,
    o.score - s.score AS score_difference
FROM active AS a
JOIN sentiments AS s ON s.model = a.model AND s.status = 'scored'
JOIN posts AS p
    ON p.number = s.number AND p.content_hash = s.content_hash AND p.deleted_at IS NULL
JOIN sentiments AS o
    ON
    o.number = s.number
    AND o.content_hash = s.content_hash
    AND o.model <> s.model
    AND o.status = 'scored'
WHERE p.excluded_reason IS NULL;
