-- Which jobs failed, when, and why?
SELECT run_id, job, started_at, error
FROM v_run_history
WHERE status = 'failed'
ORDER BY started_at DESC
LIMIT 20
