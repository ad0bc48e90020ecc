-- Which sentence of customers in this period was felt most, at each stage and in each tone?
WITH said AS (
    SELECT p.number
    FROM posts AS p
    JOIN post_brands AS b ON b.number = p.number
    WHERE
        b.brand = $brand
        AND p.number BETWEEN $first AND $last
        AND coalesce(p.posted_at, p.collected_at) >= $starts_at
        AND coalesce(p.posted_at, p.collected_at) < $ends_at
        AND p.author_role <> 'brand'
        AND p.deleted_at IS NULL
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
