-- The nearest items of each item, by the champion, with titles; follows the last champion move.
-- Grain: one row per item and rank. No rows while the champion is a source without neighbours.
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
LEFT JOIN items AS i ON i.item_id = n.item_id
LEFT JOIN items AS t ON t.item_id = n.neighbour_id
WHERE n.run_id = (SELECT max_by(run_id, at) FROM champion_moves)
