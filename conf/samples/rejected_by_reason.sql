-- Why were rows of the input rejected, and how many?
SELECT run_id, table_name, reason, count(*) AS rows
FROM v_rejected
GROUP BY run_id, table_name, reason
ORDER BY run_id DESC, rows DESC, reason
LIMIT 20
