-- Which posts of customers about the own brand were known at $now, and how did they read as their
-- text then was? What was posted, collected, edited, read or deleted later is left out. With $live
-- an imported post counts from the time it was posted, as if umot had been watching then; its
-- reading too, for the same text reads the same on any day.
CREATE OR REPLACE TEMP TABLE rule_posts AS
WITH known AS (
    SELECT
        p.number,
        p.post_id,
        p.kind,
        p.author,
        p.thread_id,
        p.posted_at,
        p.content_hash,
        p.title,
        p.body,
        p.rating,
        coalesce(p.edited_at > $now, FALSE) AS edited_later,
        epoch_us(p.posted_at) // 3600000000 AS utc_hour
    FROM posts AS p
    WHERE
        p.posted_at > $since AND p.posted_at <= $now
        AND (p.collected_at <= $now OR $live)
        AND (p.deleted_at IS NULL OR p.deleted_at > $now)
        AND p.author_role <> 'brand' AND p.excluded_reason IS NULL
),
read AS (
    SELECT k.post_id, arg_max(s, s.classified_at) AS reading
    FROM known AS k
    JOIN sentiments AS s ON s.number = k.number
    JOIN active AS a ON a.model = s.model
    WHERE
        CASE
            WHEN k.edited_later THEN s.classified_at <= $now AND s.content_hash <> k.content_hash
            ELSE s.content_hash = k.content_hash AND (s.classified_at <= $now OR $live)
        END
    GROUP BY k.post_id
),
replies AS (
    SELECT DISTINCT k.post_id
    FROM known AS k
    JOIN posts AS t ON t.fingerprint = md5_number_lower(k.thread_id)
    WHERE k.kind = 'comment' AND k.thread_id <> k.post_id
),
-- Once an hour and brand: to ask the calendar for every post takes seconds.
hours AS (
    SELECT
        z.brand,
        k.utc_hour,
        timezone(z.time_zone, make_timestamptz(k.utc_hour * 3600000000)) AS local_hour
    FROM (
        SELECT
            unnest(
                range(
                    epoch_us(CAST($since AS TIMESTAMPTZ)) // 3600000000,
                    epoch_us(CAST($now AS TIMESTAMPTZ)) // 3600000000 + 1
                )
            ) AS utc_hour
    ) AS k
    CROSS JOIN brands AS z
)
SELECT
    b.brand,
    b.source,
    k.post_id,
    k.author,
    k.posted_at,
    h.local_hour,
    -- Rules on ratings look at the words; a later edit took both from us.
    CASE WHEN NOT k.edited_later AND k.rating IS NOT NULL THEN concat_ws(' ', k.title, k.body) END
        AS text,
    CASE WHEN NOT k.edited_later THEN k.rating END AS rating,
    r.reading.content_hash AS content_hash,
    r.reading.label AS label,
    -- A reply counts with its thread, where that is known.
    t.post_id IS NULL AS stands_alone,
    k.number
FROM known AS k
JOIN post_brands AS b ON b.number = k.number AND b.role = 'own'
JOIN hours AS h ON h.brand = b.brand AND h.utc_hour = k.utc_hour
LEFT JOIN read AS r ON r.post_id = k.post_id
LEFT JOIN replies AS t ON t.post_id = k.post_id
