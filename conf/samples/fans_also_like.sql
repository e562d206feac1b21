-- What do fans of the most liked item like more than other users do?
SELECT title, other_title, colikes, round(jaccard, 3) AS jaccard, round(lift, 2) AS lift
FROM v_popular_with_fans_of
WHERE likes = (SELECT max(likes) FROM v_popular_with_fans_of)
ORDER BY lift DESC, title, other_title
LIMIT 20
