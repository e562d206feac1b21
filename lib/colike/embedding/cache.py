"""Keeps item_embeddings true: encodes what is new or changed, drops what is gone."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.embedding.encode import encode_items
from colike.embedding.models import Model
from colike.run.stage import Job

TABLE = "item_embeddings"


def refresh(job: Job, name: str, model: Model, items: DataFrame) -> int:
    """Make the embedder's rows in item_embeddings those of `items`; return how many it encoded.

    A row stays good while the model and the description (by its hash) are the same.
    """
    current = job.store.read(TABLE) if job.store.exists(TABLE) else job.store.empty(TABLE)
    good = current.where((F.col(C.SOURCE) == name) & (F.col(C.MODEL_ID) == model.model_id))
    wanted = items.select(C.ITEM_ID, C.DESCRIPTION, C.CONTENT_HASH)
    key = [C.ITEM_ID, C.CONTENT_HASH]
    missing = wanted.join(good, on=key, how="left_anti").cache()
    to_encode = missing.count()
    stale = current.where(F.col(C.SOURCE) == name).join(
        good.join(wanted, on=key, how="left_semi"), on=[C.MODEL_ID, *key], how="left_anti"
    )
    if to_encode or not stale.isEmpty():
        kept = good.join(wanted, on=key, how="left_semi").select(*key, C.EMBEDDING)
        rows = kept.unionByName(
            encode_items(missing, model, job.config.embed).select(*kept.columns)
        )
        named = rows.withColumn(C.SOURCE, F.lit(name)).withColumn(C.MODEL_ID, F.lit(model.model_id))
        job.writer.replace(TABLE, named, f"{C.SOURCE} = '{name}'")
    missing.unpersist()
    return to_encode
