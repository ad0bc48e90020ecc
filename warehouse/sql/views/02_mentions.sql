-- What is known about each post and brand, in one wide row?
CREATE OR REPLACE VIEW mentions AS
WITH latest AS (
    SELECT
        post_id,
        arg_max(e, coalesce(observed_at, TIMESTAMPTZ '-infinity')) AS seen
    FROM engagement AS e
    GROUP BY post_id
),
experience AS (
    SELECT
        post_id,
        count(*) AS moments,
        avg(score) AS moment_mean,
        max(score) FILTER (WHERE is_peak) AS peak_score,
        max(score) FILTER (WHERE is_end) AS end_score,
        max(stage) FILTER (WHERE is_peak) AS peak_stage,
        max(touchpoint) FILTER (WHERE is_peak) AS peak_touchpoint,
        max(stage) FILTER (WHERE is_end) AS end_stage,
        max(touchpoint) FILTER (WHERE is_end) AS end_touchpoint
    FROM moments
    GROUP BY post_id
)
SELECT
    b.brand,
    b.role,
    b.source,
    CAST(timezone(z.time_zone, coalesce(p.posted_at, p.collected_at)) AS DATE) AS day,
    p.post_id,
    p.platform,
    p.kind,
    p.url,
    p.author,
    p.author_role,
    p.title,
    p.body,
    p.language,
    p.rating,
    p.posted_at,
    p.collected_at,
    p.edited_at,
    p.deleted_at,
    p.thread_id,
    p.parent_id,
    p.attributes,
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
    l.seen.observed_at AS observed_at,
    l.seen.likes AS likes,
    l.seen.replies AS replies,
    l.seen.shares AS shares,
    l.seen.views AS views,
    l.seen.audience AS audience
FROM posts AS p
JOIN post_brands AS b ON b.post_id = p.post_id
JOIN brands AS z ON z.brand = b.brand
CROSS JOIN active AS a
LEFT JOIN sentiments AS s
    ON s.post_id = p.post_id AND s.model = a.model AND s.content_hash = p.content_hash
LEFT JOIN experience AS x ON x.post_id = p.post_id
LEFT JOIN latest AS l ON l.post_id = p.post_id
WHERE p.excluded_reason IS NULL;
