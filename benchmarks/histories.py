"""Stores with generated histories of several sizes, made once and reused."""

import shutil
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import Config, load_config
from colike.data.splits import below
from colike.generate import generate
from colike.run.chain import stages
from colike.run.ids import new_run_id
from colike.run.main import open_store
from colike.run.reporters import PlainReporter
from colike.run.runner import run_stages
from colike.run.session import Run
from colike.tables import Store

# The size of MyAnimeList 2020.
USERS, ITEMS, RATINGS = 310_059, 16_872, 57_633_278
SHARES = {"10%": 0.1, "30%": 0.3, "100%": 1.0, "400%": 4.0}
# 100 %, plus one user who likes every item and 1,000 who like half of them.
HEAVY, HEAVY_USERS = "heavy users", 1000
# Products of item blocks would scan 5 x 10^11 cells here.
CATALOGUE = "1 million items"
CATALOGUE_USERS, CATALOGUE_ITEMS, TASTE_ITEMS = 400_000, 1_000_000, 50
CASES = (*SHARES, HEAVY, CATALOGUE)
CONFIG = "conf/mal2020.yml"
STEPS = 1_000_000


def csv_folder(folder: Path) -> Path:
    """Return the generated files at full size, made if missing."""
    out = folder / "csv"
    if not (out / "rating_complete.csv").exists():
        generate(users=USERS, items=ITEMS, ratings=RATINGS, seed=1, out=out)
    return out


def store_of(case: str, folder: Path) -> Path:
    """Return a store with items, user_history and ratings of a case, made if missing.

    10 % and 30 % are users drawn by hash; 400 % has every user four times, with four ids.
    """
    out = folder / case.removesuffix("%").replace(" ", "-")
    if (out / "complete").exists():
        return out
    shutil.rmtree(out, ignore_errors=True)
    if case == "100%":
        config = load_config(CONFIG)
        data = str(csv_folder(folder))
        run_stages(_run(config, open_store(config, str(out)), data), stages(["ingest"]))
    elif case == CATALOGUE:
        _catalogue(out)
    else:
        _derived(case, store_of("100%", folder), out)
    (out / "complete").touch()
    return out


def _derived(case: str, full: Path, out: Path) -> None:
    source = open_store(load_config(CONFIG), str(full))
    history, tables = source.read("user_history"), {"items": source.read("items")}
    if case == HEAVY:
        history = history.unionByName(_heavy(history, source.read("items").count()))
    else:
        history = _users(history, SHARES[case])
        tables["ratings"] = _users(source.read("ratings"), SHARES[case])
    _write(out, {**tables, "user_history": history})


def _write(out: Path, tables: dict[str, DataFrame]) -> None:
    for name, frame in tables.items():
        frame.write.format("delta").save(str(out / "tables" / name))


def _heavy(history: DataFrame, items: int) -> DataFrame:
    """Return users of whom the first likes every item and the others every second one."""
    user = F.col("id")
    step = F.when(user == 0, 1).otherwise(2)
    first = F.when(user == 0, 0).otherwise(F.pmod(user, F.lit(2)))
    likes = F.sequence(first.cast("int"), F.lit(items - 1), step.cast("int"))
    rows = history.sparkSession.range(HEAVY_USERS + 1)
    columns = {name: F.array().cast("array<int>") for name in history.columns}
    columns |= {
        C.USER_ID: -1 - user,
        "likes_train": likes,
        C.RUN_ID: F.lit("benchmark"),
    }
    return rows.select(*(columns[name].alias(name) for name in history.columns))


def _catalogue(out: Path) -> None:
    """Return users who like some items of one small taste, and others by popularity."""
    store = open_store(load_config(CONFIG), str(out))
    spark = store.spark
    item = F.col("id")
    items = spark.range(CATALOGUE_ITEMS).select(
        item.alias(C.ITEM_ID), item.cast("int").alias(C.ITEM_IDX)
    )
    tastes = CATALOGUE_ITEMS // TASTE_ITEMS
    taste = f"pmod(xxhash64('of', id), {tastes})"
    # 20 draws from the taste and 20 from all items, the first of them far more often.
    drawn = f"transform(sequence(0, 19), i -> pmod(xxhash64('%s', id, i), {STEPS}) / {STEPS})"
    of_taste = f"u -> cast({taste} + {tastes} * floor(u * {TASTE_ITEMS}) as int)"
    of_all = f"u -> cast(floor({CATALOGUE_ITEMS} * pow(u, 3)) as int)"
    own = f"transform({drawn % 'own'}, {of_taste})"
    others = f"transform({drawn % 'all'}, {of_all})"
    likes = F.expr(f"array_sort(array_distinct(concat({own}, {others})))").alias("likes_train")
    history = spark.range(CATALOGUE_USERS).repartition(8).select(item.alias(C.USER_ID), likes)
    _write(out, {"items": items, "user_history": history})


def _users(rows: DataFrame, share: float) -> DataFrame:
    if share <= 1:
        return rows.where(below(share, "benchmark", F.col(C.USER_ID)))
    copies = F.explode(F.sequence(F.lit(0), F.lit(round(share) - 1)))
    copied = rows.withColumn("copy", copies)
    return copied.withColumn(C.USER_ID, F.col(C.USER_ID) * round(share) + F.col("copy")).drop(
        "copy"
    )


def _run(config: Config, store: Store, data: str) -> Run:
    return Run(config, store, new_run_id(), data, PlainReporter())
