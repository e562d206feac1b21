-- Which items are nearest to each other, according to the champion? Each pair once.
SELECT title, neighbour_title, round(weight, 3) AS weight
FROM v_neighbours
WHERE rank = 1 AND item_id < neighbour_id
ORDER BY weight DESC, title
LIMIT 20
