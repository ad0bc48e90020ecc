-- How does each post read to the active model, or to somebody who put it right?
CREATE OR REPLACE VIEW readings AS
WITH mended AS (
    SELECT post_id, content_hash, arg_max_null(new, "at") AS label
    FROM corrections
    WHERE field = 'post' AND what = 'label'
    GROUP BY post_id, content_hash
)
SELECT
    s.post_id,
    s.content_hash,
    CASE WHEN x.label IS NULL THEN s.status ELSE 'scored' END AS status,
    coalesce(x.label, s.label) AS label,
    -- Whoever says so is sure.
    CASE WHEN x.label IS NULL THEN s.negative ELSE CAST(x.label = 'negative' AS FLOAT) END AS negative,
    CASE WHEN x.label IS NULL THEN s.neutral ELSE CAST(x.label = 'neutral' AS FLOAT) END AS neutral,
    CASE WHEN x.label IS NULL THEN s.positive ELSE CAST(x.label = 'positive' AS FLOAT) END AS positive,
    CASE
        WHEN x.label IS NULL THEN s.score
        ELSE CAST(x.label = 'positive' AS FLOAT) - CAST(x.label = 'negative' AS FLOAT)
    END AS score,
    s.number
FROM sentiments AS s
JOIN active AS a ON a.model = s.model
LEFT JOIN mended AS x ON x.post_id = s.post_id AND x.content_hash = s.content_hash;
