-- Figures that jobs report: counts, shares, seconds.
-- Question: How large, how many and how long was what a job did?
-- Grain: one row per run, job and name, of the job's last success in that run
-- Owner: data engineering
-- Freshness: with each run
-- run_id: The run
-- job: The job
-- name: Name of the figure, such as seconds or pairs.train.positive
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
