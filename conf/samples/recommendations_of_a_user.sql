-- What is recommended to the most active user today, and why?
SELECT rank, title, round(score, 3) AS score, support, because
FROM v_recommendations
WHERE user_id = (SELECT min_by(user_id, -size(seen_train)) FROM user_history)
ORDER BY rank
