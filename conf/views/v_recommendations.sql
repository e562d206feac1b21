-- What the champion recommends to every user, with titles; follows the last champion move.
-- Grain: one row per user and rank. because: titles of up to three liked items, separated by
-- " | "; best_weight: the largest part of the score among them, null for the popular list.
SELECT
  r.user_id,
  r.rank,
  r.item_id,
  i.title,
  r.score,
  r.support,
  array_max(r.because.part) AS best_weight,
  concat_ws(' | ', t1.title, t2.title, t3.title) AS because,
  r.fallback,
  r.run_id,
  r.source
FROM published_recommendations AS r
LEFT JOIN items AS i ON i.item_id = r.item_id
LEFT JOIN items AS t1 ON t1.item_id = get(r.because, 0).item_id
LEFT JOIN items AS t2 ON t2.item_id = get(r.because, 1).item_id
LEFT JOIN items AS t3 ON t3.item_id = get(r.because, 2).item_id
WHERE r.run_id = (SELECT max_by(run_id, at) FROM champion_moves)
