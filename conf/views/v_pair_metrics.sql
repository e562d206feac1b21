-- How well embedders tell pairs of items that people like together from others, on held-out items.
-- Question: Which embedder knows best what goes together?
-- Grain: one row per run, kind of negative, metric and source
-- Owner: analytics
-- Freshness: with each evaluation
-- run_id: The run that measured it
-- source: The embedder
-- negatives: Kind of the negatives: all, below, random, popular or hard
-- metric: auc, accuracy, precision, recall, f1, pearson or spearman
-- value: The figure
-- ci_low: Lower end of its 95 % interval
-- ci_high: Upper end of that interval
-- pairs: Pairs that it is based on
SELECT
  run_id, source, segment AS negatives, metric, value, ci_low, ci_high, n AS pairs
FROM evaluation
WHERE protocol = 'pairs' AND versus IS NULL
