-- Which touchpoints does the active journey map have, in its order?
SELECT t.touchpoint, t.stage, t.channel, t.name_nl, t.name_en
FROM touchpoints AS t
JOIN active AS a ON a.map_version = t.map_version
ORDER BY t.position
