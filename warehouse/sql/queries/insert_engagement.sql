-- Which posts are seen with other counts than at the observation before?
INSERT INTO engagement
WITH seen AS MATERIALIZED (
    SELECT
        i.post_id, i.observed_at, i.likes, i.replies, i.shares, i.views, i.audience, k.number
    FROM incoming_engagement AS i
    JOIN known_posts AS k ON k.post_id = i.post_id AND NOT k.deleted
),
before AS (
    SELECT
        s.number,
        arg_max(e, coalesce(e.observed_at, TIMESTAMPTZ '-infinity')) AS last
    FROM seen AS s
    JOIN engagement AS e
        ON e.number = s.number
        AND coalesce(e.observed_at, TIMESTAMPTZ '-infinity')
            <= coalesce(s.observed_at, TIMESTAMPTZ '-infinity')
    GROUP BY s.number
)
SELECT s.*
FROM seen AS s
LEFT JOIN before AS b ON b.number = s.number
WHERE
    b.number IS NULL
    OR (
        b.last.observed_at IS DISTINCT FROM s.observed_at
        AND (
            b.last.likes IS DISTINCT FROM s.likes
            OR b.last.replies IS DISTINCT FROM s.replies
            OR b.last.shares IS DISTINCT FROM s.shares
            OR b.last.views IS DISTINCT FROM s.views
            OR b.last.audience IS DISTINCT FROM s.audience
        )
    )
