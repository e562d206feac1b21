-- Which sources find most of what people like, and how certain is that?
SELECT source, value AS recall, ci_low, ci_high, n AS users
FROM v_leaderboard
WHERE protocol = 'holdout' AND segment = 'all' AND metric = 'recall' AND k = 10 AND NOT anchor
ORDER BY recall DESC
