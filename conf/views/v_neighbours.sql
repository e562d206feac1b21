-- The nearest items of each item, by the champion, with titles. No rows while the champion is a source without
-- neighbours.
-- Question: What is most like an item?
-- Grain: one row per item and rank
-- Owner: analytics
-- Freshness: follows the last champion move
-- item_id: The item
-- title: Its title
-- rank: 1 for the nearest
-- neighbour_id: The other item
-- neighbour_title: Its title
-- weight: How near it is, in the champion's measure; of ease and hybrid signed
-- run_id: The published run
-- source: The champion
SELECT
  n.item_id,
  i.title,
  n.rank,
  n.neighbour_id,
  t.title AS neighbour_title,
  n.weight,
  n.run_id,
  n.source
FROM published_neighbours AS n
LEFT JOIN published_items AS i ON i.run_id = n.run_id AND i.item_id = n.item_id
LEFT JOIN published_items AS t ON t.run_id = n.run_id AND t.item_id = n.neighbour_id
WHERE n.run_id = (SELECT max_by(run_id, at) FROM champion_moves)
