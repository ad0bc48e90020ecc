-- Which complaints were made since a moment, and what had come of them at the period's end?
SELECT
    state,
    complained_at >= $starts_at AS fresh,
    hours_to_answer,
    post_id,
    number,
    score
FROM complaints_between($since, $ends_at, $first, $brand)
ORDER BY complained_at, experience_id
