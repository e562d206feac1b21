-- Which jobs take longest, and how many rows do they write?
SELECT job, count(*) AS runs, round(avg(seconds), 1) AS mean_seconds, max(rows_written) AS rows_most
FROM v_run_history
WHERE status = 'succeeded'
GROUP BY job
ORDER BY mean_seconds DESC
