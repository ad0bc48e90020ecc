-- Which young negative posts will have gone viral at the age of 24 hours? What a post will have is
-- read from what posts of its source made of the same start: a regression of ln(1 + reactions at
-- 24 h) on ln(1 + reactions now) and ln(1 + reactions in the later half of its life). Its line and
-- spread are drawn towards a prior as if that were $weight posts. Viral is $reach reactions and
-- $times what the source's middling post has at 24 hours.
WITH candidates AS (
    SELECT
        s.*,
        list_min(list_transform(s.grid, lambda one: [abs(one - s.age_now), one]))[2] AS age
    FROM rule_seen AS s
    WHERE
        s.label = 'negative' AND s.age_now <= $hours AND s.total >= $floor
        AND s.observations >= $observations
),
started AS (
    SELECT
        *,
        len(list_filter(grid, lambda one: one <= age / 2)) AS place_half,
        total - least(coalesce(counts[nullif(place_half, 0)], first_total), total) AS recent
    FROM candidates
),
mates AS (
    SELECT
        p.brand,
        p.source,
        c.age,
        ln(1 + p.counts[list_position(p.grid, 24)]) AS later,
        ln(1 + p.counts[list_position(p.grid, c.age)]) AS then_all,
        ln(1 + greatest(p.counts[list_position(p.grid, c.age)]
            - coalesce(p.counts[nullif(c.place_half, 0)], 0), 0)) AS then_recent
    FROM rule_seen AS p
    JOIN (SELECT DISTINCT brand, source, age, place_half FROM started) AS c
        ON c.brand = p.brand AND c.source = p.source
    WHERE p.age_now > 24 AND p.counts[list_position(p.grid, c.age)] IS NOT NULL
),
lines AS (
    SELECT
        brand,
        source,
        age,
        count(*) AS number,
        median(later) AS usual,
        avg(later) AS y,
        avg(then_all) AS a,
        avg(then_recent) AS b,
        var_pop(later) AS yy,
        covar_pop(then_all, later) AS ay,
        covar_pop(then_recent, later) AS by_,
        -- A little is added, so that two starts that always go together can be told apart.
        var_pop(then_all) + 0.001 AS aa,
        var_pop(then_recent) + 0.001 AS bb,
        covar_pop(then_all, then_recent) AS ab
    FROM mates
    GROUP BY brand, source, age
),
slopes AS (
    SELECT
        *,
        (ay * bb - by_ * ab) / (aa * bb - ab * ab) AS slope_all,
        (by_ * aa - ay * ab) / (aa * bb - ab * ab) AS slope_recent
    FROM lines
),
expected AS (
    SELECT
        c.*,
        coalesce(l.number, 0) AS mates,
        coalesce(l.number, 0) / (coalesce(l.number, 0) + $weight) AS known,
        coalesce(
            l.y + slope_all * (ln(1 + c.total) - l.a) + slope_recent * (ln(1 + c.recent) - l.b), 0
        ) AS by_mates,
        greatest(l.yy - slope_all * l.ay - slope_recent * l.by_, 0) AS spread_mates,
        ln(1 + c.total) + ln(1 + 4 / greatest(c.age, 0.5)) AS by_prior,
        l.usual
    FROM started AS c
    LEFT JOIN slopes AS l ON l.brand = c.brand AND l.source = c.source AND l.age = c.age
),
predicted AS (
    SELECT
        *,
        greatest(known * by_mates + (1 - known) * by_prior, ln(1 + total)) AS later,
        greatest(
            sqrt(known * coalesce(spread_mates, 0) + (1 - known) * $prior_spread ** 2),
            $least_spread
        ) AS spread,
        exp(known * coalesce(usual, 0) + (1 - known) * $prior_middle) - 1 AS usual_then
    FROM expected
)
SELECT
    brand,
    post_id,
    source,
    age_now AS age,
    total,
    exp(later) - 1 AS expected,
    exp(later - 1.2816 * spread) - 1 AS low,
    exp(later + 1.2816 * spread) - 1 AS high,
    greatest($reach, $times * greatest(usual_then, 1)) AS goal,
    usual_then AS usual,
    observations,
    mates,
    (later - ln(1 + goal)) / spread AS score
FROM predicted
WHERE score >= $sureness
ORDER BY score DESC, post_id
