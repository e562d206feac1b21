-- For whom do sources find most: users with few likes or with many?
SELECT segment, source, round(value, 3) AS recall, n AS users
FROM v_leaderboard
WHERE protocol = 'holdout' AND metric = 'recall' AND k = 10 AND segment <> 'all' AND NOT anchor
ORDER BY segment, recall DESC, source
