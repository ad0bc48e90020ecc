-- Which rejected items are to be forgotten: those with a name or text in them, those too old?
WITH rules AS (SELECT unnest($sources::VARCHAR[]) AS source, unnest($limits::TIMESTAMPTZ[]) AS before)
SELECT i.reject_id
FROM private.rejected_items AS i
WHERE
    EXISTS (
        SELECT 1 FROM (SELECT unnest($texts::VARCHAR[]) AS text) AS t
        WHERE contains(i.payload::VARCHAR, t.text)
    )
    OR EXISTS (
        SELECT 1 FROM (SELECT unnest($patterns::VARCHAR[]) AS pattern) AS t
        WHERE regexp_matches(i.payload::VARCHAR, t.pattern)
    )
UNION
SELECT x.reject_id
FROM rejects AS x
JOIN rules AS r ON r.source = x.source AND x.rejected_at < r.before
UNION
-- These hold no content but the post that their item stands behind.
SELECT i.reject_id
FROM private.rejected_items AS i
WHERE json_extract_string(i.payload, '$.umot_item_of') IN (SELECT post_id FROM gone)
