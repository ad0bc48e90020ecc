-- Which of these complaints do most people see at the period's end?
WITH seen AS (
    SELECT
        number,
        arg_max(e, coalesce(observed_at, TIMESTAMPTZ '-infinity')) AS counts
    FROM engagement AS e
    WHERE
        number IN (SELECT w.number FROM waiting AS w)
        AND (observed_at IS NULL OR observed_at < $ends_at)
    GROUP BY number
)
SELECT w.post_id
FROM waiting AS w
LEFT JOIN seen AS e ON e.number = w.number
ORDER BY
    greatest(coalesce(e.counts.likes, 0), 0)
        + greatest(coalesce(e.counts.replies, 0), 0)
        + greatest(coalesce(e.counts.shares, 0), 0) DESC,
    w.score,
    w.post_id
LIMIT $most
