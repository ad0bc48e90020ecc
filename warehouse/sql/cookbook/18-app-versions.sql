-- nl: Met welke versie van de app ging het mis?
-- en: With which version of the app did it go wrong?
-- read: The last year. Stars and the touchpoint with most negative moments, by version, newest first; at least 5 reviews each. A fall from one version to the next that the words explain is a fault in that release.
WITH reviews AS (
    SELECT m.number, m.attributes ->> 'app_version' AS version, m.rating, m.label, m.day
    FROM mentions AS m
    JOIN last_days(365) AS t ON t.brand = m.brand AND t.day = m.day AND t.role = 'own'
    WHERE m.attributes ->> 'app_version' IS NOT NULL AND m.author_role <> 'brand'
),
blamed AS (
    SELECT v.version, r.touchpoint, count(*) AS moments
    FROM reviews AS v
    JOIN moments AS r ON r.number = v.number AND r.label = 'negative' AND r.touchpoint <> 'none'
    GROUP BY v.version, r.touchpoint
)
SELECT
    v.version,
    min(v.day) AS first_day,
    count(*) AS reviews,
    round(avg(v.rating), 2) AS rating,
    CAST(100 * count(*) FILTER (v.rating <= 1.5) / nullif(count(v.rating), 0) AS INTEGER) AS one_star_share,
    any_value(b.touchpoint) AS most_blamed
FROM reviews AS v
LEFT JOIN (
    SELECT version, arg_max(touchpoint, {'n': moments, 'k': touchpoint}) AS touchpoint
    FROM blamed
    GROUP BY version
) AS b ON b.version = v.version
GROUP BY v.version
HAVING count(*) >= 5
ORDER BY first_day DESC, v.version DESC
