-- What do fans of the most liked item like more than other users do?
WITH favourite AS (
  SELECT min_by(item_id, -likes) AS item_id FROM v_popular_with_fans_of
)
SELECT p.title, p.other_title, p.colikes, round(p.jaccard, 3) AS jaccard, round(p.lift, 2) AS lift
FROM v_popular_with_fans_of AS p JOIN favourite AS f ON f.item_id = p.item_id
ORDER BY p.lift DESC, p.other_title
LIMIT 20
