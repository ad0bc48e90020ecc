-- Which posts will the next customer meet: one's ultimate moment is another's zero moment?
-- weight = 100 x reach x prominence x freshness x strength, each of these 0 to 1. The steps are
-- chosen by us, not measured; each factor stands beside the weight, to make another one of.
CREATE OR REPLACE MACRO half_life_days(kind) AS
    -- Reviews stand on the product's page for months; a thread is out of sight within days.
    CASE WHEN kind = 'review' THEN 60.0 ELSE 7.0 END;
CREATE OR REPLACE MACRO readers(views, audience, reactions) AS
    -- About one reader in twenty reacts; ten people see even what nobody counts.
    greatest(coalesce(views, audience, 0), 20 * reactions, 10);
CREATE OR REPLACE VIEW zero_moment AS
WITH clock AS (
    -- The last moment anything was heard, so that the same data always gives the same weights.
    SELECT greatest(
        (SELECT max(collected_at) FROM posts), (SELECT max(started_at) FROM source_runs)
    ) AS as_of
),
seen AS (
    SELECT
        m.brand,
        m.role,
        m.day,
        m.post_id,
        m.number,
        m.platform,
        m.kind,
        m.url,
        m.rating,
        m.label,
        m.score,
        m.ultimate_score,
        m.peak_stage,
        m.peak_touchpoint,
        c.as_of,
        readers(
            m.views,
            m.audience,
            greatest(coalesce(m.likes, 0), 0)
                + greatest(coalesce(m.replies, 0), 0)
                + greatest(coalesce(m.shares, 0), 0)
        ) AS readers,
        greatest(epoch(c.as_of) - epoch(m.told_at), 0) / 86400
            AS age_days,
        -- One and five stars are read first; a rating without words is hardly read.
        CASE
            WHEN m.rating <= 1.5 OR m.rating >= 4.5 THEN 1.0
            WHEN m.rating BETWEEN 2.5 AND 3.5 THEN 0.6
            ELSE 0.8
        END
            * (0.2 + 0.8 * least(length(coalesce(m.title, '')) + length(m.body), 200) / 200)
            AS prominence
    FROM mention_facts AS m
    CROSS JOIN clock AS c
    WHERE m.author_role <> 'brand' AND m.deleted_at IS NULL AND m.score IS NOT NULL
),
weighed AS (
    SELECT
        *,
        least(log10(1 + readers) / 6, 1) AS reach,
        0.5 ** (age_days / half_life_days(kind)) AS freshness,
        CAST(abs(score) AS DOUBLE) AS strength
    FROM seen
)
SELECT
    brand,
    role,
    day,
    post_id,
    platform,
    kind,
    url,
    rating,
    label,
    score,
    ultimate_score,
    peak_stage,
    peak_touchpoint,
    100 * reach * prominence * freshness * strength AS weight,
    reach,
    prominence,
    freshness,
    strength,
    readers,
    age_days,
    as_of,
    number
FROM weighed;
