"""Labelled pairs of items for fine-tuning, each with its cosine in the base embedder.

Reads: item_similarity, user_history, items.
Writes: training_pairs (one row per pair), item_embeddings (the base embedder's rows).
"""

from dataclasses import replace
from math import ceil

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Ints
from colike.config.pairs import PairsConfig
from colike.data.ids import pairs_to_ids, pairs_to_indices
from colike.data.splits import train_likes
from colike.embedding.cache import TABLE as EMBEDDINGS
from colike.embedding.cache import refreshed
from colike.embedding.encode import Encoding
from colike.embedding.models import find_model
from colike.embedding.vectors import Embedded, collect_vectors
from colike.neighbours.cosine import nearest
from colike.pairs.build import PairInputs, build_pairs
from colike.pairs.cosines import with_cosine
from colike.pairs.heldout import heldout_items
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.tables.writes import keep, merge

TABLE = "training_pairs"


def transform(inputs: PairInputs, embedded: Embedded, settings: PairsConfig) -> DataFrame:
    """Return the rows of training_pairs."""
    pairs = with_cosine(build_pairs(inputs, settings), embedded)
    named = pairs_to_ids(pairs, inputs.items)
    ids = [F.col(side).cast("string") for side in (C.ITEM_A, C.ITEM_B)]
    return named.withColumn(C.PAIR_ID, F.concat_ws("|", *ids))


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Encode with the base embedder, and draw the pairs."""
    items, chosen, base = inputs.read("items"), settings.pairs, settings.base_embedder
    encoding = Encoding(base.max_tokens, base.precision, base.batch_size)
    model = find_model(base.name, base.embedder)
    encoded = refreshed(inputs.own_untouched(EMBEDDINGS), base.name, model, items, encoding)
    # Read twice: to draw pairs, and to be written.
    encoded = replace(encoded, rows=inputs.cached(encoded.rows))
    embedded = collect_vectors(encoded.rows, items, base.name)
    similarity = pairs_to_indices(inputs.read("item_similarity"), items)
    likes = train_likes(inputs.read("user_history"))
    near = near_items(inputs.spark, embedded, heldout_items(items, chosen), chosen)
    pairs = inputs.cached(
        transform(PairInputs(inputs.cached(similarity), likes, items, near), embedded, chosen)
    )
    figures = {f"encoded.{base.name}": (float(encoded.count), "items")}
    for row in pairs.groupBy(C.SPLIT, C.KIND).count().collect():
        figures[f"pairs.{row[C.SPLIT]}.{row[C.KIND]}"] = (row["count"], "pairs")
    # Merged, so that equal pairs are no new version and train nothing again.
    return Outputs([*encoded.writes, keep(EMBEDDINGS), merge(TABLE, pairs)], figures)


def near_items(
    spark: SparkSession, embedded: Embedded, heldout: Ints, settings: PairsConfig
) -> DataFrame:
    """Return item_idx and `neighbour` (item_idx): the nearest items in the base embedder.

    Both are of one group, train or held out, because pairs are. An item has as large a share of
    its group for neighbours as `hard_neighbours` is of all items.
    """
    is_held = np.isin(embedded.indices, heldout)
    nothing = np.empty(0, np.intp)
    parts = [(nothing, nothing)]
    for group in (np.flatnonzero(is_held), np.flatnonzero(~is_held)):
        k = ceil(settings.hard_neighbours * len(group) / max(1, len(is_held)))
        if len(group) > 1:
            found = nearest(embedded.vectors[group], embedded.order[group], k, margin=0).items
            owner, position = np.nonzero(found >= 0)
            parts.append((group[owner], group[found[owner, position]]))
    owners, others = (embedded.indices[np.concatenate(side)] for side in zip(*parts, strict=True))
    rows = pd.DataFrame({C.ITEM_IDX: owners, "neighbour": others})
    return spark.createDataFrame(rows, f"{C.ITEM_IDX} int, neighbour int")


def _base_model(inputs: Inputs, settings: Settings) -> str:
    base = settings.base_embedder
    return find_model(base.name, base.embedder).model_id


STAGE = Stage(
    name="pairs",
    reads=("item_similarity", "user_history", "items"),
    writes=(TABLE, EMBEDDINGS),
    sections=("pairs", "base_embedder"),
    run=run,
    continues=(EMBEDDINGS,),
    fingerprint=_base_model,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
