-- Which titles are recommended to most users, and how many like them?
SELECT title, recommended_to, round(share, 3) AS share, likes
FROM v_titles
ORDER BY recommended_to DESC, title
LIMIT 20
