"""Recommendations for every user, from every source, by known and by all ratings.

Reads: user_history, items, item_neighbours, rankers, item_factors, item_embeddings; the file of
`recommend.users`; its own recommendations: a source whose inputs are unchanged keeps its rows.
Writes: recommendations (one row per source, history, user and rank).
"""

from functools import reduce

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Floats
from colike.config import config_hash
from colike.data.history import for_tuning
from colike.data.reading.files import fingerprint, input_path
from colike.data.splits import train_likes
from colike.embedding.vectors import vectors_by_index
from colike.recommend.candidates import unmatched
from colike.recommend.catalogue import Catalogue, collect_catalogue
from colike.recommend.offer import Offer, offer_of
from colike.recommend.scoring import history_bytes, recommend_all
from colike.recommend.tuning import choose, figures_of
from colike.recommend.users import histories_of, named_users
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Figure, Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.sources.base import Fitted
from colike.sources.depths import depth_of, trials_of
from colike.sources.registry import fit_sources, source_named
from colike.spark import arrow_batches
from colike.tables.writes import Write, keep, overwrite, replace, trim

TABLE = "recommendations"


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Choose each source's neighbours_per_item on validation ratings, and score all users."""
    history, chosen = inputs.read("user_history"), settings.recommend
    offer = _offer(inputs, settings)
    sources = fit_sources(inputs, offer.catalogue, chosen, settings.known_sources, chosen.sources)
    row_sets = _made_of(inputs, settings, offer, sources)
    changed = [one for one in sources if inputs.row_sets.get(one.name) != row_sets[one.name]]
    kept = [one for one in sources if one not in changed]
    inputs.during(arrow_batches(inputs.spark, history_bytes(history, offer.catalogue.size)))
    choices = choose(for_tuning(history), trials_of(changed, offer))
    histories = _histories(inputs, settings)
    rows = [_rows(inputs, one, offer, histories, depth_of(one, choices)) for one in changed]
    figures = dict[str, Figure]()
    for one in kept:
        figures.update(figures_of(inputs.figures, one.name))
    for name, choice in choices.items():
        figures.update(choice.figures(name))
    names = {one.name for one in sources}
    missing = [name for name in chosen.sources if name not in names]
    return Outputs(
        writes=_writes(inputs, rows, [one.name for one in changed], sorted(names)),
        figures=figures,
        notes=[
            *(f"source {name} has nothing to score by yet, and so no lists" for name in missing),
            *(f"{one.name}: inputs are unchanged, its lists stay" for one in kept),
            *unmatched(chosen.candidates, offer.catalogue.ids),
        ],
        row_sets=row_sets,
    )


def _check(settings: Settings) -> None:
    """Refuse sources that do not exist, wherever they are named."""
    chosen = settings.recommend
    for name in (*chosen.sources, *chosen.least_weight, *chosen.neighbours_per_item):
        source_named(name, settings.known_sources)


def _offer(inputs: Inputs, settings: Settings) -> Offer:
    items, chosen = inputs.read("items"), settings.recommend
    catalogue = collect_catalogue(items, train_likes(inputs.read("user_history")))
    return offer_of(items, catalogue, _diversity_vectors(inputs, settings, catalogue), chosen)


def _diversity_vectors(inputs: Inputs, settings: Settings, catalogue: Catalogue) -> Floats:
    diversity = settings.recommend.diversity
    if diversity.relevance == 1:
        return np.zeros((0, 0), np.float32)
    embeddings = inputs.read_or_empty("item_embeddings")
    return vectors_by_index(embeddings, inputs.read("items"), diversity.embedder, catalogue.size)


def _made_of(
    inputs: Inputs, settings: Settings, offer: Offer, sources: list[Fitted]
) -> dict[str, str]:
    """Hash of all that a source's lists depend on, by source; which others there are does not."""
    dumped = settings.recommend.model_dump(mode="json", exclude={"sources", "least_weight"})
    shared = [dumped, str(inputs.pins["user_history"]), offer.fingerprint, _files(inputs, settings)]
    return {one.name: config_hash([shared, one.fingerprint]) for one in sources}


def _histories(inputs: Inputs, settings: Settings) -> dict[str, DataFrame]:
    """user_id and item_idx by opinion, by history."""
    file, named = settings.recommend.users, None
    if file is not None:
        named = inputs.cached(named_users(inputs.spark, inputs.data, file, inputs.ids))
    history = inputs.read("user_history")
    return {name: histories_of(history, name, named) for name in settings.recommend.histories}


def _rows(
    inputs: Inputs,
    source: Fitted,
    offer: Offer,
    histories: dict[str, DataFrame],
    size: int,
) -> DataFrame:
    """A source's lists of all users, by every history."""
    scorer = offer.lists(lambda mine, k: source.scorer(mine, size, k), offer.settings.k)
    parts = [
        rows.select(F.lit(source.name).alias(C.SOURCE), F.lit(name).alias(C.HISTORY), "*")
        for name, rows in recommend_all(histories, scorer, inputs.ids).items()
    ]
    return reduce(DataFrame.unionByName, parts)


def _writes(
    inputs: Inputs, rows: list[DataFrame], changed: list[str], names: list[str]
) -> list[Write]:
    """Replace the rows of changed sources, and drop those of sources that are gone."""
    if not inputs.row_sets or len(changed) == len(names):
        return [overwrite(TABLE, reduce(DataFrame.unionByName, rows, inputs.nothing(TABLE)))]
    only = {C.SOURCE: names}
    if not changed:
        return [keep(TABLE), trim(TABLE, only)]
    union = reduce(DataFrame.unionByName, rows)
    return [replace(TABLE, union, {C.SOURCE: changed}), trim(TABLE, only)]


def _files(inputs: Inputs, settings: Settings) -> str:
    users = settings.recommend.users
    if users is None:
        return ""
    return fingerprint(inputs.spark, [input_path(inputs.data, users.path)])


STAGE = Stage(
    name="recommend",
    reads=(
        "user_history",
        "items",
        "item_neighbours",
        "rankers",
        "item_factors",
        "item_embeddings",
    ),
    writes=(TABLE,),
    sections=("recommend", "known_sources"),
    run=run,
    continues=(TABLE,),
    fingerprint=_files,
    check=_check,
    keeps_config=True,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
