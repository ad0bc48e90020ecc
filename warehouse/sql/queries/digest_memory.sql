-- How was each experience felt that had a post in this period, by what was known at its end?
SELECT
    moments,
    moment_mean,
    peak_end_score,
    peak_touchpoint,
    end_touchpoint
FROM experience_scores_between($starts_at, $ends_at, $first)
WHERE brand = $brand AND last_posted >= $starts_at
ORDER BY experience_id
