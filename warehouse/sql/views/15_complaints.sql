-- Which complaints were made in a period, and what had come of them by its end?
-- A complaint is an experience with a negative moment and a request or demand beside it, or a
-- failure in it (complaint_signs). A post that reads positive on the whole is none.
-- No post of an experience that had one in the period has a number below `first`: 0 is always right,
-- the least one (digest_first) spares looking at all the others. `about`: a brand, or null for all.
CREATE OR REPLACE MACRO complaints_between(since, until, first, about) AS TABLE
WITH fresh AS (
    -- A complaint that was made since has a post since, and that shows it.
    SELECT DISTINCT f.experience
    FROM mention_facts AS f
    SEMI JOIN complaint_signs AS c ON c.number = f.number AND c.number >= first
    WHERE
        f.told_at >= since
        AND f.told_at < until
        AND f.label <> 'positive'
        AND (about IS NULL OR f.brand = about)
        AND f.author_role <> 'brand'
        AND f.deleted_at IS NULL
),
told AS (
    SELECT
        CASE
            WHEN f.author IS NULL THEN f.post_id
            ELSE coalesce(f.thread_id, f.post_id) || ' ' || f.author
        END AS experience_id,
        {'told_at': f.told_at, 'post_id': f.post_id} AS sequence,
        f.number,
        f.post_id,
        f.platform,
        f.url,
        f.author,
        coalesce(f.thread_id, f.post_id) AS thread_id,
        f.told_at,
        f.label,
        f.score
    FROM mention_facts AS f
    JOIN fresh AS r ON r.experience = f.experience
    WHERE
        f.number >= first
        AND f.told_at < until
        AND f.author_role <> 'brand'
        AND f.deleted_at IS NULL
        AND f.status IS NOT NULL
    -- Once, also where it is about several brands.
    QUALIFY row_number() OVER (PARTITION BY f.number ORDER BY f.brand) = 1
),
opened AS (
    SELECT t.*, c.request, c.failure, c.demand, c.moment
    FROM told AS t
    JOIN complaint_signs AS c ON c.number = t.number
    WHERE t.label <> 'positive' AND c.number >= first
    QUALIFY row_number() OVER (PARTITION BY t.experience_id ORDER BY t.sequence) = 1
),
-- What the customer wrote afterwards: all is well, or worse than it was, or neither.
later AS (
    SELECT
        o.experience_id,
        t.told_at,
        CASE
            WHEN m.label = 'positive' THEN 'resolved'
            WHEN t.label = 'negative' AND round(t.score, 2) < round(o.score, 2) THEN 'escalated'
        END AS turn
    FROM opened AS o
    JOIN told AS t ON t.experience_id = o.experience_id AND t.sequence > o.sequence
    LEFT JOIN moments AS m ON m.number = t.number AND m.is_end AND m.number >= first
),
turned AS (
    SELECT
        experience_id,
        max(told_at) FILTER (WHERE turn = 'resolved') AS resolved_at,
        max(told_at) FILTER (WHERE turn = 'escalated') AS escalated_at
    FROM later
    GROUP BY experience_id
),
replies AS (
    SELECT
        f.brand,
        coalesce(f.thread_id, f.parent_id) AS thread_id,
        f.parent_id,
        f.told_at
    FROM mention_facts AS f
    WHERE
        f.author_role = 'brand'
        AND f.deleted_at IS NULL
        -- No complaint is answered before it is made.
        AND f.told_at >= since
        AND f.told_at < until
        AND coalesce(f.thread_id, f.parent_id) IN (SELECT o.thread_id FROM opened AS o)
),
-- Whom a reply is for, where it is to a customer's post. In a list, so that these few are found
-- before posts are looked up: DuckDB drops MATERIALIZED from macros that it stores.
replied AS (
    SELECT unnest(list(p.number)) AS number
    FROM posts AS p
    WHERE p.fingerprint IN (SELECT md5_number_lower(r.parent_id) FROM replies AS r)
),
parents AS (
    SELECT
        p.post_id,
        CASE
            WHEN p.author IS NULL THEN p.post_id
            ELSE coalesce(p.thread_id, p.post_id) || ' ' || p.author
        END AS answers
    FROM posts AS p
    WHERE
        p.number IN (SELECT r.number FROM replied AS r)
        AND p.author_role <> 'brand'
        AND p.excluded_reason IS NULL
        AND p.deleted_at IS NULL
),
-- A reply in the thread is for this customer, unless it is a reply to another one's post.
answered AS (
    SELECT
        r.brand,
        o.experience_id,
        min(r.told_at) AS answered_at,
        max(r.told_at) AS last_answered_at,
        count(*) AS answers
    FROM opened AS o
    JOIN replies AS r ON r.thread_id = o.thread_id AND r.told_at >= o.told_at
    LEFT JOIN parents AS a ON a.post_id = r.parent_id
    WHERE a.answers IS NULL OR a.answers = o.experience_id
    GROUP BY r.brand, o.experience_id
)
SELECT
    b.brand,
    CAST(timezone(z.time_zone, o.told_at) AS DATE) AS day,
    o.experience_id,
    o.post_id,
    o.thread_id,
    o.platform,
    o.url,
    o.author,
    o.moment.text AS text,
    o.moment.stage AS stage,
    o.moment.touchpoint AS touchpoint,
    o.moment.score AS score,
    o.request,
    o.failure,
    o.demand,
    -- The last turn counts; an answer leaves what the customer called well as it is.
    CASE
        WHEN t.resolved_at > coalesce(t.escalated_at, TIMESTAMPTZ '-infinity') THEN 'resolved'
        WHEN t.escalated_at > coalesce(a.last_answered_at, TIMESTAMPTZ '-infinity') THEN 'escalated'
        WHEN a.answered_at IS NOT NULL THEN 'answered'
        ELSE 'open'
    END AS state,
    o.told_at AS complained_at,
    a.answered_at,
    (epoch(a.answered_at) - epoch(o.told_at)) / 3600 AS hours_to_answer,
    coalesce(a.answers, 0) AS answers,
    t.resolved_at,
    t.escalated_at,
    o.number
FROM opened AS o
JOIN post_brands AS b ON b.number = o.number
JOIN brands AS z ON z.brand = b.brand
LEFT JOIN answered AS a ON a.experience_id = o.experience_id AND a.brand = b.brand
LEFT JOIN turned AS t ON t.experience_id = o.experience_id
WHERE o.told_at >= since AND (about IS NULL OR b.brand = about);
-- Which complaints were made until a moment, and what had come of them by then?
CREATE OR REPLACE MACRO complaints_until(until) AS TABLE
SELECT * FROM complaints_between(TIMESTAMPTZ '-infinity', until, 0, NULL);
-- Which complaints were made, and what has come of them?
CREATE OR REPLACE VIEW complaints AS
SELECT * FROM complaints_until(TIMESTAMPTZ 'infinity');
