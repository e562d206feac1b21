-- Which titles with an audience are recommended to nobody?
SELECT title, likes, ratings
FROM v_titles
WHERE recommended_to = 0 AND likes > 0
ORDER BY likes DESC, title
LIMIT 20
