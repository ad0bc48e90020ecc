-- Which counts does the same observation have when its item is parsed again?
UPDATE engagement
SET
    likes = coalesce(i.likes, engagement.likes),
    replies = coalesce(i.replies, engagement.replies),
    shares = coalesce(i.shares, engagement.shares),
    views = coalesce(i.views, engagement.views),
    audience = coalesce(i.audience, engagement.audience)
FROM incoming_engagement AS i
WHERE
    engagement.post_id = i.post_id
    AND engagement.observed_at IS NOT DISTINCT FROM i.observed_at
    AND (
        engagement.likes IS DISTINCT FROM coalesce(i.likes, engagement.likes)
        OR engagement.replies IS DISTINCT FROM coalesce(i.replies, engagement.replies)
        OR engagement.shares IS DISTINCT FROM coalesce(i.shares, engagement.shares)
        OR engagement.views IS DISTINCT FROM coalesce(i.views, engagement.views)
        OR engagement.audience IS DISTINCT FROM coalesce(i.audience, engagement.audience)
    )
