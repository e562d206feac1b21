-- Every item with its audience, and how often the champion recommends it.
-- Question: Whom does an item reach, and is that in proportion to its audience?
-- Grain: one row per item
-- Owner: analytics
-- Freshness: follows the last champion move; likes are of the last ingest
-- item_id: The item
-- title: Its title
-- genres: Its genres as the item file has them; null where it has none
-- ratings: Number of its ratings
-- likes: Number of its ratings that are likes: of users whose lists of likes have it
-- recommended_to: Users whose present list has it
-- share: recommended_to as a share of all users with a list; null where nobody has one
WITH rated AS (
  SELECT item_id, count(*) AS ratings FROM ratings GROUP BY item_id
),
liked AS (
  SELECT idx AS item_idx, count(*) AS likes
  FROM (
    SELECT explode(concat(likes_train, likes_validation, likes_test)) AS idx FROM user_history
  ) AS single
  GROUP BY idx
),
listed AS (
  SELECT item_id, user_id
  FROM published_recommendations
  WHERE run_id = (SELECT max_by(run_id, at) FROM champion_moves)
),
recommended AS (
  SELECT item_id, count(*) AS recommended_to FROM listed GROUP BY item_id
),
everyone AS (
  SELECT count(DISTINCT user_id) AS users FROM listed
)
SELECT
  i.item_id,
  i.title,
  element_at(i.attributes, 'Genres') AS genres,
  coalesce(t.ratings, 0) AS ratings,
  coalesce(l.likes, 0) AS likes,
  coalesce(r.recommended_to, 0) AS recommended_to,
  coalesce(r.recommended_to, 0) / nullif(CAST(e.users AS DOUBLE), 0) AS share
FROM items AS i
CROSS JOIN everyone AS e
LEFT JOIN rated AS t ON t.item_id = i.item_id
LEFT JOIN liked AS l ON l.item_idx = i.item_idx
LEFT JOIN recommended AS r ON r.item_id = i.item_id
