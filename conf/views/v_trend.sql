-- A metric over the runs, with 95 % intervals.
-- Question: Do lists get better or worse over time?
-- Grain: one row per run, protocol, segment, metric, k and source
-- Owner: analytics
-- Freshness: with each evaluation
-- evaluated_at: When the run had measured it
-- run_id: The run
-- source: The source, or an anchor
-- protocol: How it was measured
-- segment: all, or users by number of known likes
-- metric: Name of the metric
-- k: Length of the lists
-- value: The figure
-- ci_low: Lower end of its 95 % interval
-- ci_high: Upper end of that interval
WITH evaluated AS (
  SELECT run_id, max(at) AS evaluated_at
  FROM runs
  WHERE job = 'evaluate' AND event = 'succeeded'
  GROUP BY run_id
)
SELECT
  r.evaluated_at, e.run_id, e.source, e.protocol, e.segment, e.metric, e.k, e.value, e.ci_low,
  e.ci_high
FROM evaluation AS e JOIN evaluated AS r ON r.run_id = e.run_id
WHERE e.versus IS NULL AND e.protocol <> 'pairs'
