-- Figures that jobs report: counts, shares, seconds, and the rows that break each check (v_checks has more of them).
-- Question: How large, how many and how long was what a job did?
-- Grain: one row per run, job and name, of the job's last success in that run; of checks also of a failure
-- Owner: data engineering
-- Freshness: with each run
-- run_id: The run
-- job: The job
-- name: Name of the figure, such as seconds, pairs.train.positive or check.items.synopsis_has_text
-- value: The figure
-- unit: Its unit; empty for a plain number
WITH succeeded AS (
  SELECT run_id, job, max_by(figures, entry) AS figures, max_by(units, entry) AS units
  FROM runs
  WHERE event = 'succeeded'
  GROUP BY run_id, job
),
named AS (
  SELECT run_id, job, figures, units, explode(map_keys(figures)) AS name FROM succeeded
)
SELECT run_id, job, name, element_at(figures, name) AS value, element_at(units, name) AS unit
FROM named
UNION ALL
SELECT
  run_id,
  job,
  concat('check.', table_name, '.', check_name) AS name,
  CAST(failed AS DOUBLE) AS value,
  'rows' AS unit
FROM v_checks
