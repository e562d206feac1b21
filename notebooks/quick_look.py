# Databricks notebook source
# MAGIC %md
# MAGIC # Quick look
# MAGIC
# MAGIC **What is in this store, and what does a user see?** Publications, rows per table, one user's list with
# MAGIC titles and reasons, and titles that go together.
# MAGIC
# MAGIC It reads the tables and views of a store and writes nothing.
# MAGIC
# MAGIC - **On Databricks**: attach a cluster that has the colike wheel, set widget `store` to the store's
# MAGIC   `catalog.schema` and, if you like, `user` to a user id, and run all cells.
# MAGIC - **On a laptop**: `COLIKE_STORE=DIR COLIKE_USER=ID python notebooks/quick_look.py`

# COMMAND ----------

from colike.queries.notebook import open_notebook
from colike.tables import contracts
from colike.tables.store import quoted

book = open_notebook(globals())

# COMMAND ----------

# MAGIC %md
# MAGIC ## What was published?

# COMMAND ----------

book.ask("publications")

# COMMAND ----------

# MAGIC %md
# MAGIC ## How much is in the tables?
# MAGIC
# MAGIC [tables.md](../docs/tables.md) describes each table and column. A table that no job has written yet has 0 rows.

# COMMAND ----------

counts = [
    f"SELECT '{name}' AS table_name, count(*) AS rows, {quoted(contract.grain)} AS grain FROM {name}"
    for name, contract in contracts().items()
]
book.show(book.sql(f"{' UNION ALL '.join(counts)} ORDER BY table_name"))

# COMMAND ----------

# MAGIC %md
# MAGIC ## What would a user see?
# MAGIC
# MAGIC The champion's list, and the liked titles that each recommendation comes from. Without a user id the user with
# MAGIC most ratings is shown.

# COMMAND ----------

user = book.setting("user", "")
recommendations = book.sql(
    """
    WITH chosen AS (
      SELECT user_id
      FROM ratings
      WHERE :user IN ('', CAST(user_id AS STRING))
      GROUP BY user_id
      ORDER BY count(*) DESC, user_id
      LIMIT 1
    )
    SELECT r.user_id, r.rank, r.title, round(r.score, 3) AS score, r.support, r.because
    FROM v_recommendations AS r JOIN chosen AS c ON c.user_id = r.user_id
    ORDER BY r.rank
    """,
    user=user,
)
book.show(recommendations, "There is no list: nothing is published yet, or nobody has this user id.")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Which titles go together?
# MAGIC
# MAGIC Titles that the fans of the most liked title like too, by Jaccard; `lift` says how many times more often than by
# MAGIC chance.

# COMMAND ----------

together = book.sql("""
    WITH favourite AS (SELECT min_by(item_id, -likes) AS item_id FROM v_popular_with_fans_of)
    SELECT p.title, p.other_title, p.colikes, round(p.jaccard, 3) AS jaccard, round(p.lift, 1) AS lift
    FROM v_popular_with_fans_of AS p JOIN favourite AS f ON f.item_id = p.item_id
    ORDER BY p.jaccard DESC, p.other_id
    LIMIT 10
""")
book.show(together, "No two titles are known to be liked together: run job similarity.")

# COMMAND ----------

# MAGIC %md
# MAGIC And the pairs that are nearest to each other by the champion's own measure.

# COMMAND ----------

book.ask("closest_titles")
