# Databricks notebook source
# MAGIC %md
# MAGIC # Explore a colike store
# MAGIC
# MAGIC Leaderboard, one user's recommendations, and titles that go together. Reads only.
# MAGIC On Databricks the widgets above name the store (`catalog.schema`) and the user; elsewhere the
# MAGIC environment variables `COLIKE_STORE` and `COLIKE_USER` do.

# COMMAND ----------

import os

from colike.queries.store import open_existing
from colike.tables.views import register_views


def setting(name, default):
    """Return a widget's value on Databricks, else an environment variable's."""
    if "dbutils" not in globals():
        return os.environ.get(f"COLIKE_{name.upper()}", default)
    dbutils.widgets.text(name, default)
    return dbutils.widgets.get(name)


store = open_existing(setting("store", "build/demo/store"))
sql = store.spark.sql
show = globals().get("display", lambda frame: frame.show(truncate=60))
print(", ".join(register_views(store)))

# COMMAND ----------

# MAGIC %md
# MAGIC ## Which sources find what people like?
# MAGIC
# MAGIC Recall at 10 on each user's held-out ratings, with its 95 % interval.

# COMMAND ----------

leaderboard = sql("""
    SELECT source, value AS recall, ci_low, ci_high, n AS users
    FROM v_leaderboard
    WHERE protocol = 'holdout' AND segment = 'all' AND metric = 'recall' AND k = 10 AND NOT anchor
    ORDER BY recall DESC
""")
show(leaderboard)

# COMMAND ----------

# MAGIC %md
# MAGIC ## What would a user see?
# MAGIC
# MAGIC The champion's list, and the liked titles that each recommendation comes from. Without a
# MAGIC user id the most active user is shown.

# COMMAND ----------

user = setting("user", "")
if not user:
    most_active = sql("SELECT user_id FROM ratings GROUP BY user_id ORDER BY count(*) DESC, user_id")
    user = most_active.first().user_id
recommendations = sql(
    """
    SELECT rank, title, round(score, 3) AS score, support, because
    FROM v_recommendations
    WHERE CAST(user_id AS STRING) = CAST(:user AS STRING)
    ORDER BY rank
    """,
    args={"user": user},
)
show(recommendations)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Which titles go together?
# MAGIC
# MAGIC Titles that the fans of the most liked title like too, by Jaccard; `lift` says how many times
# MAGIC more often than by chance.

# COMMAND ----------

similar = sql("""
    WITH favourite AS (SELECT min_by(item_id, -likes) AS item_id FROM v_popular_with_fans_of)
    SELECT p.title, p.other_title, p.colikes, round(p.jaccard, 3) AS jaccard, round(p.lift, 1) AS lift
    FROM v_popular_with_fans_of AS p JOIN favourite AS f ON f.item_id = p.item_id
    ORDER BY p.jaccard DESC, p.other_id
    LIMIT 10
""")
show(similar)
