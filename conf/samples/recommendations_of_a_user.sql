-- What is recommended to the user with the most likes today, and why?
SELECT rank, title, round(score, 3) AS score, support, because
FROM v_recommendations
WHERE user_id = (SELECT max_by(user_id, size(likes_train)) FROM user_history)
ORDER BY rank
