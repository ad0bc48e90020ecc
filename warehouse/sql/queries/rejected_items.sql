-- Which items of a source could not be used?
-- One that stands behind a post is kept there only: `behind` names the post, and the payload is
-- null once the post has gone.
SELECT
    x.reject_id,
    x.place,
    CASE WHEN json_extract_string(i.payload, '$.umot_item_of') IS NULL THEN i.payload ELSE r.payload END AS payload,
    coalesce(r.fetched_at, x.rejected_at) AS fetched_at,
    json_extract_string(i.payload, '$.umot_item_of') AS behind
FROM rejects AS x
JOIN private.rejected_items AS i ON i.reject_id = x.reject_id
LEFT JOIN private.raw_items AS r
    ON r.source = x.source AND r.post_id = json_extract_string(i.payload, '$.umot_item_of')
WHERE
    x.source = $source
    AND x.reject_id > $after
    AND ($since IS NULL OR x.rejected_at >= $since)
ORDER BY x.reject_id
LIMIT $limit
