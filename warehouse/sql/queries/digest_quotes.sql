-- Which posts of customers in this period are the strongest, positive and negative?
-- Strength is the score; every tenfold of likes, replies and shares known at the period's end adds
-- a quarter to it, so a felt post comes before a seen one unless it is seen very much more.
-- A writer is quoted once per label, a deleted post never.
WITH said AS (
    SELECT f.*
    FROM mention_facts AS f
    WHERE
        f.brand = $brand
        AND f.author_role <> 'brand'
        AND f.told_at >= $starts_at
        AND f.told_at < $ends_at
        AND f.label IN ('negative', 'positive')
        AND f.deleted_at IS NULL
        -- Where stars and words disagree, one of them is wrong: another part of the digest shows it.
        AND NOT coalesce(f.rating <= 2 AND f.label = 'positive', FALSE)
        AND NOT coalesce(f.rating >= 4 AND f.label = 'negative', FALSE)
        AND (trim(f.body) <> '' OR trim(coalesce(f.title, '')) <> '')
),
seen AS (
    SELECT
        e.number,
        arg_max(e, coalesce(e.observed_at, TIMESTAMPTZ '-infinity')) AS counts
    FROM engagement AS e
    WHERE
        e.number IN (SELECT said.number FROM said)
        AND e.number BETWEEN $first AND $last
        AND (e.observed_at IS NULL OR e.observed_at < $ends_at)
    GROUP BY e.number
),
ranked AS (
    SELECT
        s.*,
        e.counts.likes AS likes_then,
        e.counts.replies AS replies_then,
        e.counts.shares AS shares_then,
        -- Votes can be negative: being voted down is no reach.
        greatest(coalesce(e.counts.likes, 0), 0)
            + greatest(coalesce(e.counts.replies, 0), 0)
            + greatest(coalesce(e.counts.shares, 0), 0) AS reactions,
        round(abs(s.score) * (1 + 0.25 * log10(1 + reactions)), 6) AS strength
    FROM said AS s
    LEFT JOIN seen AS e ON e.number = s.number
),
once AS (
    SELECT *
    FROM ranked
    QUALIFY row_number() OVER (
        PARTITION BY label, coalesce(author, post_id)
        ORDER BY strength DESC, reactions DESC, posted_at, post_id
    ) = 1
)
SELECT
    label,
    post_id,
    platform,
    source,
    url,
    title,
    body,
    language,
    rating,
    posted_at,
    score,
    likes_then,
    replies_then,
    shares_then,
    peak_stage,
    peak_touchpoint
FROM once
QUALIFY row_number() OVER (
    PARTITION BY label ORDER BY strength DESC, reactions DESC, posted_at, post_id
) <= $examples
ORDER BY label, strength DESC, reactions DESC, posted_at, post_id
