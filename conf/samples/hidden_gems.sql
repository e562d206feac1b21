-- Which items are recommended often, although few people have rated them?
WITH recommended AS (
  SELECT item_id, title, count(*) AS users FROM v_recommendations GROUP BY item_id, title
),
liked AS (
  SELECT item_id, count(*) AS ratings, avg(rating) AS mean_rating FROM ratings GROUP BY item_id
)
SELECT r.title, r.users AS recommended_to, l.ratings, round(l.mean_rating, 2) AS mean_rating
FROM recommended AS r JOIN liked AS l ON l.item_id = r.item_id
ORDER BY r.users / l.ratings DESC, r.title
LIMIT 20
