# Databricks notebook source
# MAGIC %md
# MAGIC # Training
# MAGIC
# MAGIC **What did the embedder learn from, is it better than its base, and what did that cost?** Training pairs, models
# MAGIC with their settings, metrics on held-out pairs beside the base model's, nearest titles by each embedder, and the
# MAGIC last training's figures.
# MAGIC
# MAGIC It reads `training_pairs`, `models`, `item_embeddings`, `items`, `runs`, `run_metrics`, `v_pair_metrics` and
# MAGIC `v_titles`, and writes nothing. [training.md](../docs/training.md) says how training works.
# MAGIC
# MAGIC - **On Databricks**: attach a cluster that has the colike wheel, set widget `store` to the store's
# MAGIC   `catalog.schema`, and run all cells.
# MAGIC - **On a laptop**: `COLIKE_STORE=DIR python notebooks/training.py`; charts are files in `COLIKE_CHARTS`, or else
# MAGIC   in build/charts.

# COMMAND ----------

from pyspark.sql import functions as F

from colike.publish.report.figures import training_curve
from colike.queries.notebook import open_notebook

NOT_TRAINED = "No embedder has been trained in this store: run jobs pairs and train."

book = open_notebook(globals())

# COMMAND ----------

# MAGIC %md
# MAGIC ## Which pairs did it learn from?
# MAGIC
# MAGIC Positives, label 1, are liked together; negatives are not. Held-out pairs are of items that no training pair
# MAGIC has. Negatives with a high `base_cosine` are those that the base model is wrong about.

# COMMAND ----------

pairs = book.sql("""
    SELECT
      split, label, kind, count(*) AS pairs, round(avg(jaccard), 4) AS jaccard,
      round(avg(base_cosine), 3) AS base_cosine
    FROM training_pairs
    GROUP BY split, label, kind
    ORDER BY split DESC, label DESC, kind
""")
book.show(pairs, "There are no training pairs: run job pairs.")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Which models are there?
# MAGIC
# MAGIC The first one is in use. AUC is on held-out pairs: how often a positive pair is nearer than a negative one.

# COMMAND ----------

models = book.sql("""
    SELECT
      created_at, name, model_id, objective, base,
      round(CAST(get_json_object(metrics, '$.base.auc') AS DOUBLE), 4) AS base_auc,
      round(CAST(get_json_object(metrics, '$.finetuned.auc') AS DOUBLE), 4) AS auc,
      run_id
    FROM models
    ORDER BY created_at DESC
""")
book.show(models, NOT_TRAINED)

# COMMAND ----------

# MAGIC %md
# MAGIC Settings of the model in use.

# COMMAND ----------

settings = book.sql("""
    WITH newest AS (SELECT max_by(params, created_at) AS params FROM models),
    named AS (SELECT explode(from_json(params, 'map<string,string>')) AS (setting, value) FROM newest)
    SELECT setting, value FROM named ORDER BY setting
""")
book.show(settings, NOT_TRAINED)

# COMMAND ----------

# MAGIC %md
# MAGIC Its loss by step.

# COMMAND ----------

curve = book.sql("""
    WITH newest AS (SELECT max_by(curve, created_at) AS curve FROM models)
    SELECT inline(from_json(curve, 'array<struct<step: bigint, loss: double, learning_rate: double>>'))
    FROM newest
""")
book.draw("training_curve", curve, lambda rows: training_curve(rows.to_dict("records")), NOT_TRAINED)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Is it better than its base?
# MAGIC
# MAGIC On the held-out pairs of the last evaluation, by kind of negative (AUC alone is known for each kind); a column
# MAGIC per embedder.

# COMMAND ----------

measured = book.sql("""
    SELECT metric, negatives, pairs, source, round(value, 4) AS value
    FROM v_pair_metrics
    WHERE run_id = (
      SELECT max_by(run_id, entry) FROM runs WHERE job = 'evaluate' AND event = 'succeeded'
    )
""")
by_embedder = measured.groupBy("metric", "negatives", "pairs").pivot("source").agg(F.first("value"))
book.show(
    by_embedder.orderBy("metric", "negatives"),
    "The last evaluation has no held-out pairs: run jobs train and evaluate.",
)

# COMMAND ----------

# MAGIC %md
# MAGIC ## What is near, by its vectors?
# MAGIC
# MAGIC The five nearest titles to the three most liked ones, by cosine; a column per embedder.

# COMMAND ----------

near = book.sql("""
    WITH liked AS (SELECT item_id, title FROM v_titles ORDER BY likes DESC, item_id LIMIT 3),
    compared AS (
      SELECT
        l.item_id, l.title, mine.source, other.item_id AS other_id,
        aggregate(
          zip_with(mine.embedding, other.embedding, (x, y) -> CAST(x AS DOUBLE) * y), 0D, (total, part) -> total + part
        ) AS cosine
      FROM liked AS l
      JOIN item_embeddings AS mine ON mine.item_id = l.item_id
      JOIN item_embeddings AS other ON other.model_id = mine.model_id AND other.source = mine.source
      WHERE other.item_id <> l.item_id
    ),
    ranked AS (
      SELECT *, row_number() OVER (PARTITION BY item_id, source ORDER BY cosine DESC, other_id) AS rank FROM compared
    )
    SELECT r.item_id, r.title, r.rank, r.source, format_string('%s (%.3f)', i.title, r.cosine) AS nearest
    FROM ranked AS r JOIN items AS i ON i.item_id = r.other_id
    WHERE r.rank <= 5
""")
beside = near.groupBy("item_id", "title", "rank").pivot("source").agg(F.first("nearest"))
book.show(beside.orderBy("title", "rank"), "No item has a vector: run job embed.")

# COMMAND ----------

# MAGIC %md
# MAGIC ## What did the last training cost?

# COMMAND ----------

cost = book.sql("""
    SELECT run_id, job, name, round(value, 2) AS value, unit
    FROM run_metrics
    WHERE job IN ('pairs', 'train') AND run_id = (
      SELECT max_by(run_id, entry)
      FROM runs
      WHERE job = 'train' AND event = 'succeeded' AND map_contains_key(figures, 'steps')
    )
    ORDER BY job, name
""")
book.show(cost, NOT_TRAINED)
