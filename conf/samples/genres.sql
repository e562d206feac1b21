-- Are genres recommended in proportion to how much they are liked?
WITH single AS (
  SELECT explode(split(genres, ', ')) AS genre, likes, recommended_to FROM v_titles
)
SELECT
  genre,
  sum(likes) AS likes,
  sum(recommended_to) AS recommended_to,
  round(sum(recommended_to) / nullif(CAST(sum(likes) AS DOUBLE), 0), 2) AS per_like
FROM single
GROUP BY genre
HAVING sum(likes) > 0
ORDER BY per_like DESC, genre
