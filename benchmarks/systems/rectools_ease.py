"""Runs RecTools' EASE in memory: prints the seconds of its fit and of its lists, and rows."""

import json
import os
import sys

import pandas as pd
import pyarrow.parquet as pq
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import EASEModel

from benchmarks.systems.timing import timed


def main(likes: str, k: str, regularization: str) -> None:
    """Fit on likes and recommend for all users, without the items that they like."""
    table = pq.read_table(likes, columns=["user_number", "item_idx"]).to_pandas()
    dataset = Dataset.construct(
        table.rename(columns={"user_number": Columns.User, "item_idx": Columns.Item}).assign(
            **{Columns.Weight: 1.0, Columns.Datetime: pd.Timestamp(0)}
        )
    )
    cores = os.cpu_count() or 1
    model = EASEModel(regularization=float(regularization), recommend_n_threads=cores)
    fitted = timed(lambda: model.fit(dataset))
    lists: list[pd.DataFrame] = []
    users = table["user_number"].unique()
    made = timed(
        lambda: lists.append(model.recommend(users, dataset, k=int(k), filter_viewed=True))
    )
    print(json.dumps({**fitted, "list_seconds": made["seconds"], "rows": len(lists[-1])}))


if __name__ == "__main__":
    main(*sys.argv[1:])
