-- What each run did and how long it took; order by started_at for the newest last.
-- Question: Did last night's jobs work, and how long did they take?
-- Grain: one row per run and job
-- Owner: data engineering
-- Freshness: with each job
-- run_id: The run
-- job: The job; embed.NAME for an embedder that was not run
-- status: started, succeeded, failed, skipped, not_run or undone
-- started_at: When it began
-- ended_at: When it ended; null while it is unfinished
-- seconds: How long it took; null while it is unfinished or was skipped
-- rows_written: Rows that it wrote to all its tables; null unless it succeeded
-- error: What failed, or why it was not run or undone
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
