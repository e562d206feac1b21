-- Which other items the fans of an item like; every pair is there in both directions. Counts are of train ratings,
-- from the last similarity run.
-- Question: What do fans of an item like, more than others do?
-- Grain: one row per item and other item
-- Owner: analytics
-- Freshness: with each similarity run
-- item_id: The item
-- title: Its title
-- other_id: The other item
-- other_title: Its title
-- likes: Users who like the item
-- other_likes: Users who like the other one
-- colikes: Users who like both
-- jaccard: Users who like both as a share of those who like one of them
-- lift: How many times as often as by chance both are liked, among users with train ratings
WITH pairs AS (
  SELECT
    item_a AS item_id, item_b AS other_id, likes_a AS likes, likes_b AS other_likes,
    colikes, jaccard
  FROM item_similarity
  UNION ALL
  SELECT item_b, item_a, likes_b, likes_a, colikes, jaccard
  FROM item_similarity
)
SELECT
  p.item_id,
  i.title,
  p.other_id,
  o.title AS other_title,
  p.likes,
  p.other_likes,
  p.colikes,
  p.jaccard,
  p.colikes * u.users / (CAST(p.likes AS DOUBLE) * p.other_likes) AS lift
FROM pairs AS p
LEFT JOIN items AS i ON i.item_id = p.item_id
LEFT JOIN items AS o ON o.item_id = p.other_id
CROSS JOIN (
  SELECT count(*) AS users
  FROM user_history
  WHERE size(likes_train) + size(passives_train) + size(detractors_train) > 0
) AS u
