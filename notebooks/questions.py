# Databricks notebook source
# MAGIC %md
# MAGIC # Analysts' questions
# MAGIC
# MAGIC **What do analysts ask, and what does this store answer?** The sample questions of `conf/samples`, each with its
# MAGIC answer. Their SQL needs the views alone and runs in other engines too: [sql.md](../docs/sql.md).
# MAGIC
# MAGIC It reads the views of a store and writes nothing.
# MAGIC
# MAGIC - **On Databricks**: attach a cluster that has the colike wheel, set widget `store` to the store's
# MAGIC   `catalog.schema`, and run all cells.
# MAGIC - **On a laptop**: `COLIKE_STORE=DIR python notebooks/questions.py`

# COMMAND ----------

from colike.queries.notebook import open_notebook

book = open_notebook(globals())

# COMMAND ----------

# MAGIC %md
# MAGIC ## What is recommended

# COMMAND ----------

book.ask(
    "recommendations_of_a_user",
    "most_recommended",
    "hidden_gems",
    "never_recommended",
    "coverage",
    "genres",
    "filled_up_lists",
)

# COMMAND ----------

# MAGIC %md
# MAGIC ## What goes together

# COMMAND ----------

book.ask("fans_also_like", "closest_titles")

# COMMAND ----------

# MAGIC %md
# MAGIC ## How good it is

# COMMAND ----------

book.ask(
    "best_sources",
    "surely_better",
    "users_by_activity",
    "unseen_titles",
    "embedders",
    "recall_over_time",
)

# COMMAND ----------

# MAGIC %md
# MAGIC ## What changed

# COMMAND ----------

book.ask("publications", "new_in_lists", "lists_that_changed_most")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Runs and input files

# COMMAND ----------

book.ask("slowest_jobs", "failed_jobs", "rejected_by_reason", "rejected_lines", "odd_rows")
