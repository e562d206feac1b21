-- Metrics of every source and anchor, with 95 % intervals. They are of the last evaluation that ended before
-- the champion's run was first published, so that after a rollback they match the lists shown.
-- Grain: one row per protocol, segment, metric, k and source.
WITH champion AS (
  SELECT max_by(run_id, at) AS run_id FROM champion_moves
),
published AS (
  SELECT min(m.at) AS at FROM champion_moves AS m JOIN champion AS c ON c.run_id = m.run_id
),
evaluated AS (
  SELECT max_by(r.run_id, r.at) AS run_id
  FROM runs AS r JOIN published AS p ON r.at <= p.at
  WHERE r.job = 'evaluate' AND r.event = 'succeeded'
)
SELECT
  e.source,
  e.source IN ('oracle', 'random', 'shuffled') AS anchor,
  e.protocol,
  e.segment,
  e.metric,
  e.k,
  e.value,
  e.ci_low,
  e.ci_high,
  e.n,
  e.run_id
FROM evaluation AS e
WHERE e.run_id = (SELECT run_id FROM evaluated) AND e.versus IS NULL
