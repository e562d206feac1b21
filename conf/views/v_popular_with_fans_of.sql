-- Which other items the fans of an item like; every pair is there in both directions. Counts are of train ratings,
-- and of the published run.
-- Question: What do fans of an item like, more than others do?
-- Grain: one row per item and other item
-- Owner: analytics
-- Freshness: follows the last champion move
-- item_id: The item
-- title: Its title
-- other_id: The other item
-- other_title: Its title
-- likes: Users who like the item
-- other_likes: Users who like the other one
-- colikes: Users who like both
-- jaccard: Users who like both as a share of those who like one of them
-- lift: How many times as often as by chance both are liked, among users with train ratings
WITH published AS (
  SELECT * FROM published_pairs WHERE run_id = (SELECT max_by(run_id, at) FROM champion_moves)
),
pairs AS (
  SELECT
    run_id, item_a AS item_id, item_b AS other_id, likes_a AS likes, likes_b AS other_likes,
    colikes, jaccard, lift
  FROM published
  UNION ALL
  SELECT run_id, item_b, item_a, likes_b, likes_a, colikes, jaccard, lift
  FROM published
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
  p.lift
FROM pairs AS p
LEFT JOIN published_items AS i ON i.run_id = p.run_id AND i.item_id = p.item_id
LEFT JOIN published_items AS o ON o.run_id = p.run_id AND o.item_id = p.other_id
