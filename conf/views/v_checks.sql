-- How many of the rows that a job was to write break each check of their tables, zeros too. A job that was skipped
-- wrote nothing and has no rows. Of a table that is merged all rows that it should have are counted, changed or not.
-- Question: Which rows are odd, and which were refused?
-- Grain: one row per run, job, table and check, of the last time that the job ended in that run
-- Owner: data engineering
-- Freshness: with each job
-- ended_at: When the job ended
-- run_id: The run
-- job: The job
-- table_name: The table
-- check_name: The check, as in the table's contract
-- severity: fail (such rows are refused, and the job fails) or warn (they are written)
-- rows: Rows for the table; of a job that failed only those of tables that it came to
-- failed: Those that break the check
-- share: failed / rows; null if there were no rows
WITH ended AS (
  SELECT run_id, job, max(at) AS ended_at, max_by(checks, entry) AS checks
  FROM runs
  WHERE event IN ('succeeded', 'failed')
  GROUP BY run_id, job
),
single AS (
  SELECT ended_at, run_id, job, explode(checks) AS one FROM ended
)
SELECT
  ended_at,
  run_id,
  job,
  one.table_name AS table_name,
  one.check_name AS check_name,
  one.severity AS severity,
  one.rows AS rows,
  one.failed AS failed,
  one.failed / nullif(one.rows, 0) AS share
FROM single
