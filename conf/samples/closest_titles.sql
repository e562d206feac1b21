-- Which items are nearest to each other, each pair once, according to the champion?
SELECT title, neighbour_title, round(weight, 3) AS weight
FROM v_neighbours
WHERE rank = 1 AND item_id < neighbour_id
ORDER BY weight DESC, title
LIMIT 20
