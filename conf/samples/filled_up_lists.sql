-- How many places of the lists are filled up with popular titles?
SELECT fallback, count(*) AS places, count(DISTINCT user_id) AS users
FROM v_recommendations
GROUP BY fallback
ORDER BY fallback
