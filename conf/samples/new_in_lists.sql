-- Which titles came into most lists with the last publication?
SELECT title, count(*) AS users
FROM v_list_changes
WHERE change = 'new'
GROUP BY title
ORDER BY users DESC, title
LIMIT 20
