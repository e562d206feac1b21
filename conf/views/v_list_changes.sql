-- What came into users' lists with the last publication, and what left them.
-- Question: What is new in a user's list since the last time?
-- Grain: one row per user and item that is in one of the last two published lists and not in the other
-- Owner: analytics
-- Freshness: with each publication; no rows before the second
-- user_id: The user
-- item_id: The item
-- title: Its title
-- change: new or gone
-- rank_before: Its rank in the list before; null if it is new
-- rank_now: Its rank in the present list; null if it is gone
WITH published AS (
  SELECT run_id, min(at) AS published_at FROM champion_moves GROUP BY run_id
),
placed AS (
  SELECT run_id, row_number() OVER (ORDER BY published_at DESC) AS place FROM published
),
today AS (
  SELECT r.run_id, r.user_id, r.item_id, r.rank
  FROM published_recommendations AS r JOIN placed AS p ON p.run_id = r.run_id AND p.place = 1
),
yesterday AS (
  SELECT r.run_id, r.user_id, r.item_id, r.rank
  FROM published_recommendations AS r JOIN placed AS p ON p.run_id = r.run_id AND p.place = 2
),
changed AS (
  SELECT
    coalesce(n.user_id, b.user_id) AS user_id,
    coalesce(n.item_id, b.item_id) AS item_id,
    coalesce(n.run_id, b.run_id) AS run_id,
    CASE WHEN b.item_id IS NULL THEN 'new' ELSE 'gone' END AS change,
    b.rank AS rank_before,
    n.rank AS rank_now
  FROM today AS n FULL OUTER JOIN yesterday AS b ON b.user_id = n.user_id AND b.item_id = n.item_id
  WHERE n.item_id IS NULL OR b.item_id IS NULL
)
SELECT c.user_id, c.item_id, i.title, c.change, c.rank_before, c.rank_now
FROM changed AS c LEFT JOIN published_items AS i ON i.run_id = c.run_id AND i.item_id = c.item_id
WHERE (SELECT max(place) FROM placed) > 1
