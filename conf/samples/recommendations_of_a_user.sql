-- What is recommended to the user whose list rests on most likes, and why?
SELECT rank, title, round(score, 3) AS score, support, because
FROM v_recommendations
WHERE user_id = (SELECT min_by(user_id, -support) FROM v_recommendations)
ORDER BY rank
