-- What was published when, by which source, and why?
SELECT published_at, source, changed, is_current, reason
FROM v_publications
ORDER BY published_at DESC
LIMIT 20
