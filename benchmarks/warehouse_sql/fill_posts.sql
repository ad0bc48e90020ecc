-- Posts numbered $first to $last with the texts that were drawn for them: a fixed number a day, of
-- all sorts, the same ones every time.
INSERT INTO posts
WITH drawn AS (
    SELECT
        i,
        hash(i) AS h,
        hash(i) % $texts AS draw,
        $begins + to_microseconds(i * (86400000000 // $a_day)) AS posted_at
    FROM range($first, $last + 1) AS r(i)
),
kinds AS (
    SELECT
        *,
        CASE
            WHEN h % 100 < 60 THEN 'review' WHEN h % 100 < 75 THEN 'post' ELSE 'comment'
        END AS kind,
        CASE
            WHEN h % 100 < 30 THEN 'app_store' WHEN h % 100 < 60 THEN 'google_play'
            WHEN h % 100 < 90 THEN 'reddit' ELSE 'mastodon'
        END AS platform
    FROM drawn
)
SELECT
    k.platform || ':' || k.h AS post_id,
    k.platform,
    k.kind,
    'https://' || k.platform || '.example/' || k.h AS url,
    -- A writer in ten thousand days' posts writes again.
    md5(CAST(k.h // 7 % 4000000 AS VARCHAR)) AS author,
    CASE WHEN k.h % 100 = 99 THEN 'brand' ELSE 'customer' END AS author_role,
    CASE WHEN k.kind = 'comment' THEN NULL ELSE left(t.text, 40) END AS title,
    t.text || ' (' || k.i || ')' AS body,
    t.language,
    CASE WHEN k.kind = 'review' THEN 1 + k.h // 100 % 5 END AS rating,
    k.posted_at,
    k.posted_at + INTERVAL 20 MINUTES AS collected_at,
    NULL AS edited_at,
    NULL AS deleted_at,
    CASE
        WHEN k.kind = 'comment' THEN 'reddit:' || hash(greatest(k.i - 1 - k.h % 2000, 1))
        WHEN k.kind = 'post' THEN k.platform || ':' || k.h
    END AS thread_id,
    CASE WHEN k.kind = 'comment' THEN 'reddit:' || hash(greatest(k.i - 1 - k.h % 2000, 1)) END
        AS parent_id,
    printf('%016x', k.h) AS content_hash,
    CASE WHEN k.h % 50 = 7 THEN 'spam' END AS excluded_reason,
    CASE WHEN k.kind = 'review' THEN '{"app_version": "4.' || k.i // 200000 || '"}' END AS attributes,
    k.i AS number,
    md5_number_lower(k.platform || ':' || k.h) AS fingerprint
FROM kinds AS k
JOIN texts AS t ON t.number = k.draw
ORDER BY k.i
