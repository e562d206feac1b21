-- How many users' lists have so many new items since the last publication?
SELECT entered, count(*) AS users
FROM (
  SELECT user_id, count(*) AS entered FROM v_list_changes WHERE change = 'new' GROUP BY user_id
) AS changed
GROUP BY entered
ORDER BY entered
