-- Up to which local day has anything been heard? What "this week" counts back from.
CREATE OR REPLACE VIEW today AS
WITH heard AS (
    -- Not the clock: an old export keeps its last week, and a post that is dated in the future
    -- by mistake has no say.
    SELECT max(coalesce(posted_at, collected_at)) AS as_of
    FROM posts
    WHERE posted_at IS NULL OR posted_at <= collected_at
),
roles AS (
    SELECT brand, min(role) AS role
    FROM post_brands
    GROUP BY brand
)
SELECT
    z.brand,
    r.role,
    z.time_zone,
    CAST(timezone(z.time_zone, h.as_of) AS DATE) AS day,
    CAST(date_trunc('week', timezone(z.time_zone, h.as_of)) AS DATE) AS week,
    h.as_of
FROM brands AS z
JOIN roles AS r ON r.brand = z.brand
CROSS JOIN heard AS h;
-- Which local days are the last so many? One row per brand and day, to join on both: only posts of
-- these days are then read, which `day > ...` cannot do for days that are looked up.
CREATE OR REPLACE MACRO last_days(days) AS TABLE
SELECT
    t.brand,
    t.role,
    t.time_zone,
    CAST(t.day - CAST(r.ago AS INTEGER) AS DATE) AS day,
    r.ago AS days_ago,
    t.as_of
FROM today AS t
CROSS JOIN range(days) AS r(ago);
-- Which complaints were made in the last so many days, and what has come of them?
CREATE OR REPLACE MACRO complaints_of_days(days) AS TABLE
SELECT *
FROM complaints_between(
    (SELECT min(as_of) - to_days(days) FROM today), TIMESTAMPTZ 'infinity', 0, NULL
);
