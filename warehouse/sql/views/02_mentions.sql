-- What is known about each post and brand? In the published copy this is a table, filled from this
-- very view when it is published (warehouse.rollups): what it has to bring together of millions of
-- posts is brought together once, not at every question.
CREATE OR REPLACE VIEW mention_facts AS
WITH latest AS (
    SELECT
        number,
        arg_max(e, coalesce(observed_at, TIMESTAMPTZ '-infinity')) AS seen
    FROM engagement AS e
    GROUP BY number
),
experience AS (
    SELECT
        number,
        count(*) AS moments,
        avg(score) AS moment_mean,
        max(score) FILTER (WHERE is_peak) AS peak_score,
        max(score) FILTER (WHERE is_end) AS end_score,
        max(stage) FILTER (WHERE is_peak) AS peak_stage,
        max(touchpoint) FILTER (WHERE is_peak) AS peak_touchpoint,
        max(stage) FILTER (WHERE is_end) AS end_stage,
        max(touchpoint) FILTER (WHERE is_end) AS end_touchpoint,
        avg(score) FILTER (WHERE stage = 'ultimate') AS ultimate_score
    FROM moments
    GROUP BY number
)
SELECT
    p.number,
    p.fingerprint,
    -- The same for all posts of one experience: a short stand-in for its experience_id.
    hash(coalesce(p.thread_id, p.post_id), coalesce(p.author, p.post_id)) AS experience,
    b.brand,
    b.role,
    b.source,
    coalesce(p.posted_at, p.collected_at) AS told_at,
    CAST(timezone(z.time_zone, coalesce(p.posted_at, p.collected_at)) AS DATE) AS day,
    p.post_id,
    p.platform,
    p.kind,
    p.author,
    p.author_role,
    p.language,
    p.rating,
    p.posted_at,
    p.collected_at,
    p.edited_at,
    p.deleted_at,
    p.thread_id,
    p.parent_id,
    s.status,
    s.label,
    s.negative,
    s.neutral,
    s.positive,
    s.score,
    x.moments,
    x.moment_mean,
    x.peak_score,
    x.end_score,
    (x.peak_score + x.end_score) / 2 AS peak_end_score,
    (x.peak_score + x.end_score) / 2 - x.moment_mean AS peak_end_gap,
    x.peak_stage,
    x.peak_touchpoint,
    x.end_stage,
    x.end_touchpoint,
    x.ultimate_score,
    l.seen.observed_at AS observed_at,
    l.seen.likes AS likes,
    l.seen.replies AS replies,
    l.seen.shares AS shares,
    l.seen.views AS views,
    l.seen.audience AS audience,
    p.url,
    p.title,
    p.body,
    p.attributes
FROM posts AS p
JOIN post_brands AS b ON b.number = p.number
JOIN brands AS z ON z.brand = b.brand
LEFT JOIN readings AS s ON s.number = p.number AND s.content_hash = p.content_hash
LEFT JOIN experience AS x ON x.number = p.number
LEFT JOIN latest AS l ON l.number = p.number
WHERE p.excluded_reason IS NULL;
-- The same for people: in one wide row, in an order to read.
CREATE OR REPLACE VIEW mentions AS
SELECT
    f.brand,
    f.role,
    f.source,
    f.day,
    f.post_id,
    f.platform,
    f.kind,
    f.url,
    f.author,
    f.author_role,
    f.title,
    f.body,
    f.language,
    f.rating,
    f.posted_at,
    f.collected_at,
    f.edited_at,
    f.deleted_at,
    f.thread_id,
    f.parent_id,
    f.attributes,
    f.status,
    f.label,
    f.negative,
    f.neutral,
    f.positive,
    f.score,
    f.moments,
    f.moment_mean,
    f.peak_score,
    f.end_score,
    f.peak_end_score,
    f.peak_end_gap,
    f.peak_stage,
    f.peak_touchpoint,
    f.end_stage,
    f.end_touchpoint,
    f.observed_at,
    f.likes,
    f.replies,
    f.shares,
    f.views,
    f.audience,
    f.number
FROM mention_facts AS f;
