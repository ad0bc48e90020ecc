-- How many posts by customers were there each day, and how did they read?
SELECT day, posts, scored, negative, neutral, positive, net_sentiment
FROM daily_sentiment
WHERE brand = $brand AND day >= $since AND day <= $until
ORDER BY day
