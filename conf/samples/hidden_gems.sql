-- Which items are recommended often, although few people have rated them?
SELECT title, recommended_to, ratings
FROM v_titles
WHERE recommended_to > 0
ORDER BY recommended_to / CAST(ratings + 1 AS DOUBLE) DESC, title
LIMIT 20
