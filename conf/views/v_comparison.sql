-- Sources compared with another one on the same users, with 95 % intervals of the paired difference.
-- Question: Is a source surely better than the baseline or the champion, and by how much?
-- Grain: one row per run, protocol, segment, metric, k, source and versus
-- Owner: analytics
-- Freshness: with each evaluation
-- run_id: The run that measured it
-- source: The source
-- versus: The source that it is compared with
-- protocol: How both were measured
-- segment: all, or users by number of known likes
-- metric: Name of the metric
-- k: Length of the lists
-- ratio: The source's figure divided by the other's
-- ratio_low: Lower end of the ratio's 95 % interval
-- ratio_high: Upper end of that interval
-- difference: The source's figure less the other's
-- difference_low: Lower end of the difference's 95 % interval; above 0: surely better
-- difference_high: Upper end of that interval; below 0: surely worse
WITH compared AS (
  SELECT
    run_id, source, versus, protocol, segment, k, value, ci_low, ci_high,
    replace(metric, '_difference', '') AS metric,
    metric LIKE '%_difference' AS is_difference
  FROM evaluation
  WHERE versus IS NOT NULL AND protocol <> 'pairs'
)
SELECT
  run_id,
  source,
  versus,
  protocol,
  segment,
  metric,
  k,
  max(CASE WHEN NOT is_difference THEN value END) AS ratio,
  max(CASE WHEN NOT is_difference THEN ci_low END) AS ratio_low,
  max(CASE WHEN NOT is_difference THEN ci_high END) AS ratio_high,
  max(CASE WHEN is_difference THEN value END) AS difference,
  max(CASE WHEN is_difference THEN ci_low END) AS difference_low,
  max(CASE WHEN is_difference THEN ci_high END) AS difference_high
FROM compared
GROUP BY run_id, source, versus, protocol, segment, metric, k
