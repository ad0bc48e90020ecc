-- Which posts about a brand say these words and fit: one page of them, from a place in order on?
-- As console_posts, by the index: without one, search_posts is an error even where it is not used.
-- The key of the order is rank, then post_id; a filter that is null lets everything through.
WITH fitting AS (
    SELECT
        f.post_id,
        f.number,
        CAST(CASE $sort
            WHEN 'time' THEN epoch_us(f.told_at)
            WHEN 'negative' THEN -f.score
            WHEN 'positive' THEN f.score
            -- Votes can be negative: being voted down is no reach.
            ELSE greatest(coalesce(f.likes, 0), 0) + coalesce(f.replies, 0) + coalesce(f.shares, 0)
        END AS DOUBLE) AS rank
    FROM mention_facts AS f
    WHERE
        f.brand = $brand
        AND f.deleted_at IS NULL
        AND ($since::TIMESTAMPTZ IS NULL OR f.told_at >= $since)
        AND ($until::TIMESTAMPTZ IS NULL OR f.told_at < $until)
        AND ($label::VARCHAR IS NULL OR coalesce(f.label, 'unread') = $label)
        AND ($source::VARCHAR IS NULL OR f.source = $source)
        AND ($language::VARCHAR IS NULL OR f.language = $language)
        AND (
            $stage::VARCHAR IS NULL
            OR f.number IN (
                SELECT m.number
                FROM moments AS m
                WHERE $stage IS NOT NULL
                    AND m.number BETWEEN $first AND $last
                    AND m.stage = $stage
                    AND ($touchpoint::VARCHAR IS NULL OR m.touchpoint = $touchpoint)
                    AND ($tone::VARCHAR IS NULL OR m.label = $tone)
            )
        )
        AND f.number IN (SELECT s.number FROM search_numbers($indexed) AS s)
)
SELECT number, post_id, rank
FROM fitting
WHERE
    rank IS NOT NULL
    AND ($rank::DOUBLE IS NULL OR rank < $rank OR (rank = $rank AND post_id < $post_id))
ORDER BY rank DESC, post_id DESC
LIMIT $size
