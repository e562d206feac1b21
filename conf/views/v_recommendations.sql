-- What the champion recommends to every user, with titles.
-- Question: What is recommended to a user, and why?
-- Grain: one row per user and rank
-- Owner: analytics
-- Freshness: follows the last champion move
-- user_id: The user
-- rank: 1 for the best
-- item_id: The item
-- title: Its title
-- score: The champion's score; comparable within a list
-- support: Likes of the user that are behind it
-- best_weight: The largest part of the score of one like; null for the popular list
-- because: Titles of up to three liked items behind it, separated by " | "
-- fallback: Whether it is filled in from the popular list
-- run_id: The published run
-- source: The champion
WITH shown AS (
  SELECT
    *,
    CASE WHEN size(because) > 0 THEN because[0].item_id END AS first_id,
    CASE WHEN size(because) > 1 THEN because[1].item_id END AS second_id,
    CASE WHEN size(because) > 2 THEN because[2].item_id END AS third_id
  FROM published_recommendations
  WHERE run_id = (SELECT max_by(run_id, at) FROM champion_moves)
)
SELECT
  r.user_id,
  r.rank,
  r.item_id,
  i.title,
  r.score,
  r.support,
  array_max(transform(r.because, reason -> reason.part)) AS best_weight,
  concat_ws(' | ', t1.title, t2.title, t3.title) AS because,
  r.fallback,
  r.run_id,
  r.source
FROM shown AS r
LEFT JOIN published_items AS i ON i.run_id = r.run_id AND i.item_id = r.item_id
LEFT JOIN published_items AS t1 ON t1.run_id = r.run_id AND t1.item_id = r.first_id
LEFT JOIN published_items AS t2 ON t2.run_id = r.run_id AND t2.item_id = r.second_id
LEFT JOIN published_items AS t3 ON t3.run_id = r.run_id AND t3.item_id = r.third_id
