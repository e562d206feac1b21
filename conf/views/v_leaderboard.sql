-- Metrics of every source and anchor on users' lists, with 95 % intervals. They are of the last evaluation that
-- ended before the champion's run was first published, so that after a rollback they match the lists shown.
-- Question: Which sources find most of what people like, and how certain is that?
-- Grain: one row per protocol, segment, metric, k and source
-- Owner: analytics
-- Freshness: follows the last champion move
-- source: The source, or an anchor
-- anchor: Whether it is an anchor, which says what can be found at most or by chance
-- protocol: How it was measured: holdout, book, gate, unseen or unseen_among
-- segment: all, or users by number of known likes
-- metric: Name of the metric
-- k: Length of the list that was measured
-- value: The figure
-- ci_low: Lower end of its 95 % interval over users
-- ci_high: Upper end of that interval
-- n: Users, recommendations or items that the figure is based on
-- run_id: The run that measured it
WITH champion AS (
  SELECT max_by(run_id, at) AS run_id FROM champion_moves
),
published AS (
  SELECT min(m.at) AS published_at, min(r.entry) AS entry
  FROM champion_moves AS m
  JOIN champion AS c ON c.run_id = m.run_id
  LEFT JOIN runs AS r ON r.run_id = m.run_id AND r.job = 'publish' AND r.event = 'succeeded'
),
evaluated AS (
  SELECT max_by(r.run_id, r.entry) AS run_id
  FROM runs AS r
  JOIN published AS p
    ON CASE WHEN p.entry IS NULL THEN r.at <= p.published_at ELSE r.entry < p.entry END
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
WHERE e.run_id = (SELECT run_id FROM evaluated) AND e.versus IS NULL AND e.protocol <> 'pairs'
