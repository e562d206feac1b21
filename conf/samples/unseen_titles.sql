-- Which sources find titles that nobody is known to like?
SELECT source, round(value, 3) AS recall_in_full, n AS users
FROM v_leaderboard
WHERE protocol = 'unseen' AND segment = 'all' AND metric = 'recall' AND k = 10
ORDER BY recall_in_full DESC, source
