-- Input rows that were rejected, with the file, the line and the reason.
-- Question: Which rows of the input were not taken, and why?
-- Grain: one row per rejected row and run
-- Owner: data engineering
-- Freshness: with each ingest
-- rejected_at: When the run rejected it
-- run_id: The run
-- table_name: Table that the row was meant for
-- reason: Name of the failed check
-- file: The file that it is in
-- line: Its line in the file, from 1
-- row: The row, as JSON
WITH ingested AS (
  SELECT run_id, max(at) AS rejected_at FROM runs WHERE job = 'ingest' GROUP BY run_id
)
SELECT i.rejected_at, q.run_id, q.table AS table_name, q.reason, q.file, q.line, q.row
FROM quarantine AS q LEFT JOIN ingested AS i ON i.run_id = q.run_id
