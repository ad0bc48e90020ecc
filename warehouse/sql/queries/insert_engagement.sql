-- Which posts are seen with other counts than at the observation before?
INSERT INTO engagement
WITH seen AS (
    SELECT i.post_id, i.observed_at, i.likes, i.replies, i.shares, i.views, i.audience
    FROM incoming_engagement AS i
    JOIN posts AS p ON p.post_id = i.post_id AND p.deleted_at IS NULL
),
before AS (
    SELECT
        s.post_id,
        arg_max(e, coalesce(e.observed_at, TIMESTAMPTZ '-infinity')) AS last
    FROM seen AS s
    JOIN engagement AS e
        ON e.post_id = s.post_id
        AND coalesce(e.observed_at, TIMESTAMPTZ '-infinity')
            <= coalesce(s.observed_at, TIMESTAMPTZ '-infinity')
    GROUP BY s.post_id
)
SELECT s.post_id, s.observed_at, s.likes, s.replies, s.shares, s.views, s.audience
FROM seen AS s
LEFT JOIN before AS b ON b.post_id = s.post_id
WHERE
    b.post_id IS NULL
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
