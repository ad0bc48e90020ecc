-- Which negative posts gain reactions faster than posts of the same source did at the same age?
-- `score` says how many spreads above the middle of its age-mates the growth over the last $hours
-- lies, on the scale of ln(1 + growth). Middle and spread are a median and the larger of two
-- robust spreads, drawn towards a prior as if that were $weight posts, so that few age-mates say
-- little; the middle of those written at the same part of day and week counts as far as there are
-- enough of them.
WITH before AS (
    SELECT post_id, arg_max(total, observed_at) AS total
    FROM rule_counts
    WHERE observed_at <= $window_start
    GROUP BY post_id
),
grown AS (
    SELECT
        s.*,
        s.total - coalesce(
            b.total,
            -- One that was old already when first seen starts from that count: it may be years' worth.
            CASE WHEN s.posted_at >= $window_start THEN 0 ELSE s.first_total END
        ) AS growth,
        -- The next age of the grid: age-mates are a little older, which errs on the quiet side.
        coalesce(list_min(list_filter(s.grid, lambda one: one >= s.age_now)), 72) AS age,
        len(list_filter(s.grid, lambda one: one <= least(s.age_now, 72) - $hours)) AS place_before
    FROM rule_seen AS s
    LEFT JOIN before AS b ON b.post_id = s.post_id
    WHERE s.label = 'negative' AND s.last_observed > $window_start
),
candidates AS (
    SELECT * FROM grown WHERE growth >= $floor
),
mates AS (
    SELECT
        p.brand,
        p.source,
        p.part_of_day,
        p.weekend,
        c.age,
        c.place_before,
        -- Where it was not seen at that age, its first count is at least what it had.
        ln(1 + greatest(
            coalesce(p.counts[list_position(p.grid, c.age)], p.first_total)
                - coalesce(p.counts[nullif(c.place_before, 0)], 0),
            0
        )) AS gained
    FROM rule_seen AS p
    JOIN (SELECT DISTINCT brand, source, age, place_before FROM candidates) AS c
        ON c.brand = p.brand AND c.source = p.source
    WHERE p.age_now > c.age
),
usual AS (
    SELECT
        brand,
        source,
        age,
        place_before,
        count(*) AS number,
        median(gained) AS middle,
        greatest(1.4826 * mad(gained), (quantile_cont(gained, 0.9) - median(gained)) / 1.2816)
            AS spread
    FROM mates
    GROUP BY brand, source, age, place_before
),
usual_then AS (
    SELECT
        brand,
        source,
        age,
        place_before,
        part_of_day,
        weekend,
        count(*) AS number,
        median(gained) AS middle
    FROM mates
    GROUP BY brand, source, age, place_before, part_of_day, weekend
),
judged AS (
    SELECT
        c.*,
        coalesce(u.number, 0) AS mates,
        (coalesce(u.number * u.middle, 0) + $weight * $prior_middle)
            / (coalesce(u.number, 0) + $weight) AS middle_all,
        greatest(
            sqrt(
                (coalesce(u.number * u.spread ** 2, 0) + $weight * $prior_spread ** 2)
                / (coalesce(u.number, 0) + $weight)
            ),
            $least_spread
        ) AS spread,
        coalesce(t.number, 0) AS mates_then,
        coalesce(t.middle, 0) AS middle_then
    FROM candidates AS c
    LEFT JOIN usual AS u
        ON u.brand = c.brand AND u.source = c.source AND u.age = c.age
        AND u.place_before = c.place_before
    LEFT JOIN usual_then AS t
        ON t.brand = c.brand AND t.source = c.source AND t.age = c.age
        AND t.place_before = c.place_before
        AND t.part_of_day = c.part_of_day AND t.weekend = c.weekend
),
measured AS (
    SELECT
        *,
        (mates_then * middle_then + 3 * $weight * middle_all) / (mates_then + 3 * $weight) AS middle
    FROM judged
)
SELECT
    brand,
    post_id,
    source,
    age_now AS age,
    growth,
    greatest(exp(middle) - 1, 1) AS usual,
    greatest(exp(middle + $times * spread) - 1, $ratio * usual, $floor) AS needed,
    total,
    mates,
    (ln(1 + growth) - middle) / spread AS score
FROM measured
WHERE growth >= needed
ORDER BY score DESC, post_id
