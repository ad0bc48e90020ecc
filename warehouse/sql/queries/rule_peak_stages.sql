-- At which stage of the journey is the strongest moment of these posts?
SELECT p.post_id, max(m.stage) AS stage
FROM rule_posts AS p
JOIN moment_readings AS m ON m.number = p.number AND m.content_hash = p.content_hash
JOIN active AS a ON a.model = m.model AND a.map_version = m.map_version
WHERE list_contains($posts, p.post_id) AND m.is_peak AND m.stage <> 'none'
GROUP BY p.post_id
