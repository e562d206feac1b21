"""Stores with generated histories of several sizes, made once and kept between benchmarks."""

import shutil
from pathlib import Path

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from colike import columns as C
from colike.chain import new_run_id, open_store, run_jobs
from colike.config import Config, load_config
from colike.data.generate import generate
from colike.reporters import PlainReporter
from colike.stage import Run
from colike.tables import Store

# The size of MyAnimeList 2020.
USERS, ITEMS, RATINGS = 310_059, 16_872, 57_633_278
SHARES = {"10%": 0.1, "30%": 0.3, "100%": 1.0, "400%": 4.0}
CONFIG = "conf/mal2020.yml"
STEPS = 1_000_000


def csv_folder(folder: Path) -> Path:
    """Return the generated files at full size, made where they are missing."""
    out = folder / "csv"
    if not (out / "rating_complete.csv").exists():
        generate(users=USERS, items=ITEMS, ratings=RATINGS, seed=1, out=out)
    return out


def store_of(case: str, folder: Path) -> Path:
    """Return a store that holds items and user_history of a case, made where it is missing.

    10 % and 30 % are users drawn by hash; 400 % is every user four times, under four ids.
    """
    out = folder / case.removesuffix("%")
    if (out / "complete").exists():
        return out
    shutil.rmtree(out, ignore_errors=True)
    if case == "100%":
        config = load_config(CONFIG)
        data = str(csv_folder(folder))
        run_jobs(_run(config, open_store(config, str(out)), data), ["ingest"])
    else:
        _resized(store_of("100%", folder), out, SHARES[case])
    (out / "complete").touch()
    return out


def likes_of(case: str, folder: Path) -> Path:
    """Return Parquet with the train likes of a case: user_id, user_number, item_idx, rating.

    What peers read; user_number is dense from 0, rating is 1.
    """
    out = store_of(case, folder) / "likes"
    if not (out / "_SUCCESS").exists():
        config = load_config(CONFIG)
        history = open_store(config, str(out.parent)).read("user_history")
        dense = F.row_number().over(Window.orderBy(C.USER_ID)) - 1
        numbered = history.select(C.USER_ID, "likes_train", dense.alias("user_number"))
        likes = numbered.select(
            C.USER_ID,
            "user_number",
            F.explode("likes_train").alias(C.ITEM_IDX),
            F.lit(1.0).alias("rating"),
        )
        likes.write.mode("overwrite").parquet(str(out))
    return out


def _resized(full: Path, out: Path, share: float) -> None:
    config = load_config(CONFIG)
    source = open_store(config, str(full))
    history = _users(source.read("user_history"), share)
    for name, frame in (("items", source.read("items")), ("user_history", history)):
        frame.write.format("delta").save(str(out / "tables" / name))


def _users(history: DataFrame, share: float) -> DataFrame:
    if share <= 1:
        chosen = F.pmod(F.xxhash64(F.lit("benchmark"), C.USER_ID), F.lit(STEPS))
        return history.where(chosen < round(share * STEPS))
    copies = F.explode(F.sequence(F.lit(0), F.lit(round(share) - 1)))
    copied = history.withColumn("copy", copies)
    return copied.withColumn(C.USER_ID, F.col(C.USER_ID) * round(share) + F.col("copy")).drop(
        "copy"
    )


def _run(config: Config, store: Store, data: str) -> Run:
    return Run(config, store, new_run_id(), data, PlainReporter())
