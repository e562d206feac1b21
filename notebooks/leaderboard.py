# Databricks notebook source
# MAGIC %md
# MAGIC # Leaderboard
# MAGIC
# MAGIC **Which source is best, how surely, for whom, and at what price?** Sources with intervals, paired comparisons,
# MAGIC trade-offs, groups of users, titles without likes, the figures over the runs, and why the champion moved.
# MAGIC
# MAGIC It reads `evaluation`, `champion_moves`, `v_leaderboard`, `v_comparison`, `v_trend` and `v_publications`, and
# MAGIC writes nothing. [method.md](../docs/method.md) defines metrics, protocols and intervals.
# MAGIC
# MAGIC - **On Databricks**: attach a cluster that has the colike wheel, set widget `store` to the store's
# MAGIC   `catalog.schema` and, if you like, `k` to the length of the lists, and run all cells.
# MAGIC - **On a laptop**: `COLIKE_STORE=DIR COLIKE_K=10 python notebooks/leaderboard.py`; charts are files in
# MAGIC   `COLIKE_CHARTS`, or else in build/charts.

# COMMAND ----------

from pyspark.sql import functions as F

from colike.publish.report.figures import against_depth
from colike.queries.charts import over_runs, trade_off
from colike.queries.notebook import open_notebook

book = open_notebook(globals())
k = int(book.setting("k", "10"))
NOT_MEASURED = f"No source was measured by lists of {k}: run jobs evaluate and publish, or set another k."

# COMMAND ----------

# MAGIC %md
# MAGIC ## Which sources find what people like?
# MAGIC
# MAGIC On each user's held-out ratings, with 95 % intervals. Anchors, which are no sources, are last: `oracle` is what
# MAGIC can be found at most, `random` and `shuffled` are chance.

# COMMAND ----------

board = book.sql(
    """
    SELECT
      source, anchor,
      round(max(value) FILTER (WHERE metric = 'recall'), 4) AS recall,
      round(max(ci_low) FILTER (WHERE metric = 'recall'), 4) AS recall_low,
      round(max(ci_high) FILTER (WHERE metric = 'recall'), 4) AS recall_high,
      round(max(value) FILTER (WHERE metric = 'ndcg'), 4) AS ndcg,
      round(max(ci_low) FILTER (WHERE metric = 'ndcg'), 4) AS ndcg_low,
      round(max(ci_high) FILTER (WHERE metric = 'ndcg'), 4) AS ndcg_high,
      max(n) FILTER (WHERE metric = 'recall') AS users
    FROM v_leaderboard
    WHERE protocol = 'holdout' AND segment = 'all' AND k = :k
    GROUP BY source, anchor
    ORDER BY anchor, recall DESC, source
    """,
    k=k,
)
book.show(board, NOT_MEASURED)

# COMMAND ----------

# MAGIC %md
# MAGIC Recall by the length of the list.

# COMMAND ----------

by_depth = book.sql("""
    SELECT *
    FROM evaluation
    WHERE run_id IN (SELECT run_id FROM v_leaderboard) AND protocol <> 'pairs'
      AND source IN (SELECT source FROM v_leaderboard WHERE NOT anchor)
""")
book.draw(
    "recall_by_k",
    by_depth,
    lambda rows: against_depth(rows, "recall", sorted(set(rows["source"]))),
    NOT_MEASURED,
)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Which differences are sure?
# MAGIC
# MAGIC Two sources on the same users: a difference is sure if its interval does not reach 0. Protocol `gate` decides
# MAGIC about the champion.

# COMMAND ----------

compared = book.sql(
    """
    SELECT
      protocol, metric, source, versus, round(ratio, 3) AS ratio, round(difference, 4) AS difference,
      round(difference_low, 4) AS low, round(difference_high, 4) AS high,
      CASE WHEN difference_low > 0 THEN 'surely better' WHEN difference_high < 0 THEN 'surely worse' ELSE 'open' END
        AS verdict
    FROM v_comparison
    WHERE segment = 'all' AND k = :k AND protocol IN ('holdout', 'gate')
      AND run_id IN (SELECT run_id FROM v_leaderboard)
    ORDER BY protocol DESC, metric, difference DESC, source, versus
    """,
    k=k,
)
book.show(compared, f"No two sources were compared by lists of {k}: evaluate two sources or more.")

# COMMAND ----------

# MAGIC %md
# MAGIC ## What does recall cost?
# MAGIC
# MAGIC NPS says how well what was found is liked, `coverage` how many titles are in somebody's list, `novelty` how
# MAGIC unknown they are, `diversity` how unlike each other, `gini` how unevenly titles are recommended, and
# MAGIC `cold_share` how large a share nobody is known to like.

# COMMAND ----------

prices = book.sql(
    """
    SELECT source, metric, round(value, 4) AS value
    FROM v_leaderboard
    WHERE protocol = 'holdout' AND segment = 'all' AND k = :k AND NOT anchor
    """,
    k=k,
)
BESIDE_RECALL = ["nps", "found_per_user", "coverage", "novelty", "diversity", "gini", "cold_share"]
trade_offs = prices.groupBy("source").pivot("metric", ["recall", *BESIDE_RECALL]).agg(F.first("value"))
trade_offs = trade_offs.orderBy(F.desc("recall"), "source")
book.show(trade_offs, NOT_MEASURED)

# COMMAND ----------

book.draw("recall_nps", trade_offs, lambda rows: trade_off(rows, "recall", "nps"), NOT_MEASURED)

# COMMAND ----------

book.draw("recall_coverage", trade_offs, lambda rows: trade_off(rows, "recall", "coverage"), NOT_MEASURED)

# COMMAND ----------

# MAGIC %md
# MAGIC ## For whom?
# MAGIC
# MAGIC Recall by how many likes of a user are known; a column per source.

# COMMAND ----------

segments = book.sql(
    """
    SELECT
      segment, n AS users, source, format_string('%.3f (%.3f to %.3f)', value, ci_low, ci_high) AS recall
    FROM v_leaderboard
    WHERE protocol = 'holdout' AND metric = 'recall' AND k = :k AND segment <> 'all' AND NOT anchor
      AND value IS NOT NULL
    """,
    k=k,
)
by_segment = segments.groupBy("segment", "users").pivot("source").agg(F.first("recall"))
book.show(by_segment.orderBy("segment"), NOT_MEASURED)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Who finds titles that nobody is known to like?
# MAGIC
# MAGIC Sources that were fitted without a tenth of the titles look for these: among all titles (`unseen`), and among
# MAGIC themselves (`unseen_among`).

# COMMAND ----------

unseen = book.sql(
    """
    SELECT protocol, source, round(value, 4) AS recall, round(ci_low, 4) AS low, round(ci_high, 4) AS high, n AS users
    FROM v_leaderboard
    WHERE protocol IN ('unseen', 'unseen_among') AND segment = 'all' AND metric = 'recall' AND k = :k
    ORDER BY protocol, recall DESC, source
    """,
    k=k,
)
book.show(unseen, "Unseen titles were not looked for: add unseen to evaluate.protocols.")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Better or worse than before?
# MAGIC
# MAGIC Recall of each source in each run.

# COMMAND ----------

trend = book.sql(
    """
    SELECT evaluated_at, run_id, source, value, ci_low, ci_high
    FROM v_trend
    WHERE protocol = 'holdout' AND segment = 'all' AND metric = 'recall' AND k = :k
      AND source NOT IN (SELECT source FROM v_leaderboard WHERE anchor)
    ORDER BY evaluated_at, source
    """,
    k=k,
)
book.draw("recall_over_runs", trend, lambda rows: over_runs(rows, "evaluated_at", "recall"), NOT_MEASURED)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Why is the champion where it is?

# COMMAND ----------

moves = book.sql("""
    SELECT published_at, run_id, source, is_current, held, decided_by, reason
    FROM v_publications
    ORDER BY published_at DESC
""")
book.show(moves, "Nothing is published yet: run job publish.")

# COMMAND ----------

# MAGIC %md
# MAGIC What the gate found of each other source: what it gains on the champion, what it surely gains at least (`low`),
# MAGIC its titles as a share of the champion's, and the most that each group of users gains (`high`).

# COMMAND ----------

found = book.sql("""
    WITH figure AS (
      SELECT at, run_id, source AS champion, explode(figures) AS (name, value) FROM champion_moves
    ),
    named AS (
      SELECT
        at, run_id, champion, substring_index(name, '.', 1) AS challenger,
        replace(substring(name, length(substring_index(name, '.', 1)) + 2), '.', '_') AS figure,
        round(value, 4) AS value
      FROM figure
    )
    SELECT at, run_id, champion, challenger, figure, value FROM named
""")
by_challenger = found.groupBy("at", "run_id", "champion", "challenger").pivot("figure").agg(F.first("value"))
book.show(
    by_challenger.orderBy(F.desc("at"), "challenger"),
    "The gate has compared nothing yet: it does from the second publication on.",
)
