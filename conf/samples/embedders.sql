-- Which embedder tells best what people like together from what they do not?
SELECT source, negatives, round(value, 3) AS auc, pairs
FROM v_pair_metrics
WHERE metric = 'auc'
ORDER BY negatives, auc DESC, source
