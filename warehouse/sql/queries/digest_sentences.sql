-- Which sentence of customers in this period was felt most, at each stage and in each tone?
WITH said AS (
    SELECT number
    FROM mention_facts
    WHERE
        brand = $brand
        AND told_at >= $starts_at
        AND told_at < $ends_at
        AND author_role <> 'brand'
        AND deleted_at IS NULL
)
SELECT
    stage,
    label,
    post_id,
    text
FROM moments
WHERE
    number BETWEEN $first AND $last
    AND number IN (SELECT said.number FROM said)
    AND stage <> 'none'
    -- A word says little, and half a page is no quote.
    AND length(text) BETWEEN 25 AND 220
QUALIFY row_number() OVER (
    PARTITION BY stage, label
    ORDER BY abs(score) * stage_confidence DESC, post_id, position
) = 1
ORDER BY stage, label
