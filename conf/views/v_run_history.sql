-- What each run did and how long it took; order by started_at for the newest last.
-- Grain: one row per run and job. seconds is null while a job is unfinished or was skipped,
-- rows_written unless it succeeded.
SELECT
  run_id,
  job,
  max_by(event, entry) AS status,
  coalesce(max(CASE WHEN event = 'started' THEN at END), max(at)) AS started_at,
  CASE WHEN max_by(event, entry) <> 'started' THEN max(at) END AS ended_at,
  CASE WHEN max_by(event, entry) IN ('succeeded', 'failed') THEN
    (unix_micros(max(at)) - unix_micros(max(CASE WHEN event = 'started' THEN at END))) / 1e6
  END AS seconds,
  aggregate(
    map_values(max_by(rows, entry) FILTER (WHERE event = 'succeeded')), 0L, (a, b) -> a + b
  ) AS rows_written,
  max_by(error, entry) AS error
FROM runs
WHERE job <> 'store'
GROUP BY run_id, job
