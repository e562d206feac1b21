-- Does each source find more or less than in earlier runs?
SELECT evaluated_at, source, value AS recall, ci_low, ci_high
FROM v_trend
WHERE protocol = 'holdout' AND segment = 'all' AND metric = 'recall' AND k = 10
ORDER BY evaluated_at, source
