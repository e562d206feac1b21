-- Which sources are surely better than the one they are compared with?
SELECT source, versus, difference, difference_low, difference_high, difference_low > 0 AS is_sure
FROM v_comparison
WHERE protocol = 'holdout' AND segment = 'all' AND metric = 'recall' AND k = 10
ORDER BY difference DESC, source, versus
