-- How much of the catalogue is recommended to somebody?
SELECT
  count(*) AS titles,
  sum(CASE WHEN recommended_to > 0 THEN 1 ELSE 0 END) AS recommended,
  sum(CASE WHEN likes = 0 THEN 1 ELSE 0 END) AS without_likes,
  sum(CASE WHEN likes = 0 AND recommended_to > 0 THEN 1 ELSE 0 END) AS recommended_without_likes
FROM v_titles
