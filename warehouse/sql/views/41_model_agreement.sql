-- How often do the active model and another one differ, and which of them fits the stars better?
-- Stars say something of a text where they are clear: 1 and 2 negative, 4 and 5 positive.
CREATE OR REPLACE VIEW model_agreement AS
SELECT
    model,
    other_model,
    language,
    count(*) AS posts,
    count(*) FILTER (WHERE NOT same_label) AS differ,
    100.0 * count(*) FILTER (WHERE NOT same_label) / count(*) AS percent_differ,
    avg(score_difference) AS mean_difference,
    avg(abs(score_difference)) AS mean_distance,
    count(*) FILTER (WHERE label = 'positive' AND other_label = 'negative')
        AS positive_to_negative,
    count(*) FILTER (WHERE label = 'negative' AND other_label = 'positive')
        AS negative_to_positive,
    count(*) FILTER (WHERE rating <= 2 OR rating >= 4) AS with_clear_stars,
    100.0
    * count(*) FILTER (
        WHERE (rating <= 2 AND label = 'negative') OR (rating >= 4 AND label = 'positive')
    )
    / nullif(count(*) FILTER (WHERE rating <= 2 OR rating >= 4), 0) AS percent_as_stars,
    100.0
    * count(*) FILTER (
        WHERE (rating <= 2 AND other_label = 'negative')
        OR (rating >= 4 AND other_label = 'positive')
    )
    / nullif(count(*) FILTER (WHERE rating <= 2 OR rating >= 4), 0) AS other_percent_as_stars
FROM model_comparison
GROUP BY model, other_model, language;
