-- Figures that jobs report: counts, shares, seconds.
-- Grain: one row per run, job and name, of the job's last success in that run.
WITH succeeded AS (
  SELECT run_id, job, max_by(figures, entry) AS figures, max_by(units, entry) AS units
  FROM runs
  WHERE event = 'succeeded'
  GROUP BY run_id, job
)
SELECT run_id, job, name, value, element_at(units, name) AS unit
FROM succeeded LATERAL VIEW explode(figures) AS name, value
