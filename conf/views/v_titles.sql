-- Every item with its audience, and how often the champion recommends it.
-- Question: Whom does an item reach, and is that in proportion to its audience?
-- Grain: one row per item
-- Owner: analytics
-- Freshness: follows the last champion move
-- item_id: The item
-- title: Its title
-- genres: Its genres as the item file has them; null where it has none
-- ratings: Number of its ratings
-- likes: Number of its ratings that are likes: of users whose lists of likes have it
-- recommended_to: Users whose present list has it
-- share: recommended_to as a share of all users with a list; null where nobody has one
WITH listed AS (
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
  i.ratings,
  i.likes,
  coalesce(r.recommended_to, 0) AS recommended_to,
  coalesce(r.recommended_to, 0) / nullif(CAST(e.users AS DOUBLE), 0) AS share
FROM published_items AS i
CROSS JOIN everyone AS e
LEFT JOIN recommended AS r ON r.item_id = i.item_id
WHERE i.run_id = (SELECT max_by(run_id, at) FROM champion_moves)
