-- Which rows that were written are odd, and how many of them are there?
SELECT run_id, table_name, check_name, failed, rows, round(100 * share, 2) AS percent
FROM v_checks
WHERE severity = 'warn' AND failed > 0
ORDER BY run_id DESC, percent DESC, table_name, check_name
LIMIT 20
