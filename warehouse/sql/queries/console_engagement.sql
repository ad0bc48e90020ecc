-- How did the reach of this post grow?
SELECT observed_at, likes, replies, shares, views
FROM engagement
WHERE number = $number AND observed_at IS NOT NULL
ORDER BY observed_at
LIMIT 1000
