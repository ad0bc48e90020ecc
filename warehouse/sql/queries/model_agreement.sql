-- How often do the active model and one other, or each of them, differ in all languages together?
SELECT
    model,
    other_model,
    CAST(sum(posts) AS BIGINT) AS posts,
    CAST(sum(differ) AS BIGINT) AS differ,
    100.0 * sum(differ) / sum(posts) AS percent_differ
FROM model_agreement
WHERE $model IS NULL OR other_model = $model
GROUP BY model, other_model
ORDER BY other_model
