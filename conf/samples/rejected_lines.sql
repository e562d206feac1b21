-- Where in the files are the rejected rows?
SELECT file, line, reason, row
FROM v_rejected
ORDER BY file, line
LIMIT 20
