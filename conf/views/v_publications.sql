-- Which source analysts see, since when and why; the newest row is the present one.
-- Question: What was published when, and who or what decided?
-- Grain: one row per champion move
-- Owner: analytics
-- Freshness: with each publication
-- published_at: Time of the move
-- run_id: The run whose lists views show from then on
-- source: The champion from then on
-- changed: Whether it is another source than before; null for the first
-- model_id: Model behind it, for a fine-tuned embedder
-- reason: Why the champion moved or stayed
-- decided_by: Who or what made the move
-- held: Whether job publish leaves it there
-- is_current: Whether views show it now
SELECT
  at AS published_at,
  run_id,
  source,
  source <> lag(source) OVER (ORDER BY at) AS changed,
  model_id,
  reason,
  by AS decided_by,
  coalesce(held, false) AS held,
  at = max(at) OVER () AS is_current
FROM champion_moves
