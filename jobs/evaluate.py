"""Every source measured with intervals by the config's protocols; and what decides.

Reads: recommendations, ratings, user_history, items, item_neighbours, rankers, item_factors,
item_embeddings, models.
Writes: evaluation (one row per run, source, protocol, segment, metric, k and versus).
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import reduce

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.models import GATE, UNSEEN
from colike.data.history import for_deciding
from colike.data.splits import TRAIN, test_ratings, train_likes, validation_ratings
from colike.embedding.models import newest_model
from colike.embedding.vectors import vectors_by_index
from colike.evaluation.anchors import Draw, anchor_lists, some_of
from colike.evaluation.exposure import cold_share, coverage, exposures, gini
from colike.evaluation.judged import Scale
from colike.evaluation.lists import as_lists, judged_input, user_tests
from colike.evaluation.places import Figures, attainable, best_of, require_places
from colike.evaluation.protocols.book import book_lists, book_offer
from colike.evaluation.protocols.unseen import (
    Refit,
    by_ranking,
    fits_without,
    names_of,
    unseen_lists,
    unseen_ratings,
)
from colike.evaluation.rows import Figure, counted, figures, gate_figures, pair_figures
from colike.evaluation.similar import ItemFacts
from colike.evaluation.sums import Key, Measure, Sums, metric_sums
from colike.recommend.candidates import candidates
from colike.recommend.catalogue import Catalogue, collect_catalogue, described
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Figure as RunFigure
from colike.run.outputs import Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.sources.base import Fitted
from colike.sources.popularity import POPULARITY
from colike.sources.registry import fit_sources
from colike.tables.writes import replace

TABLE = "evaluation"


@dataclass(frozen=True)
class Evaluation:
    """What every protocol measures with: the items, the users' test ratings, what to measure."""

    inputs: Inputs
    settings: Settings
    catalogue: Catalogue
    tests: DataFrame
    measure: Measure


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Measure all sources."""
    history, items, chosen = inputs.read("user_history"), inputs.read("items"), settings.evaluate
    catalogue = collect_catalogue(items, train_likes(history))
    tests = test_ratings(inputs.read("ratings"))
    users = inputs.cached(user_tests(tests, items, history, chosen.bootstrap_seed))
    measure = _measure(inputs, settings, catalogue, history.count())
    own = Evaluation(inputs, settings, catalogue, users, measure)
    found, noted = list[Figure](), dict[str, RunFigure]()
    if "holdout" in chosen.protocols:
        found += _holdout(own)
    if "book" in chosen.protocols:
        found += _book(own, noted)
    if GATE in chosen.protocols:
        found += _gate(own)
    if UNSEEN in chosen.protocols:
        found += _unseen(own)
    found += _heldout_pairs(inputs, settings)
    rows = inputs.frame(TABLE, [asdict(figure) for figure in found])
    return Outputs([replace(TABLE, rows, inputs.of_this_run(chosen.keep_runs))], noted)


def _measure(inputs: Inputs, settings: Settings, catalogue: Catalogue, users: int) -> Measure:
    chosen, likes = settings.evaluate, settings.likes
    scale = Scale(likes.at_least, likes.detractor_at_most)
    share = np.maximum(catalogue.likes, 1) / max(users, 1)
    embeddings, base = inputs.read_or_empty("item_embeddings"), settings.known_sources.base
    vectors = vectors_by_index(embeddings, inputs.read("items"), base, catalogue.size)
    facts = ItemFacts(share, vectors)
    return Measure(tuple(chosen.ks), scale, chosen.bootstrap_replicates, facts)


def _holdout(own: Evaluation) -> Iterator[Figure]:
    inputs, measure = own.inputs, own.measure
    known = inputs.read("recommendations").where(F.col(C.HISTORY) == "known")
    items = inputs.read("items")
    lists = inputs.cached(as_lists(known, items))
    is_popular = F.col(C.SOURCE) == POPULARITY
    popular = lists.where(is_popular) if POPULARITY in own.settings.recommend.sources else None
    sums = metric_sums(judged_input(lists, own.tests, popular), measure)
    yield from figures(sums, "holdout", own.settings.evaluate.baseline)
    if (best := best_of(sums)) is not None:
        yield from _anchors(own, lists.where(F.col(C.SOURCE) == best), popular, sums)
    for source, k, counts in exposures(known, items, measure.ks):
        rated = int(counts.sum())
        yield counted(source, "coverage", k, float(coverage(counts)), len(counts))
        yield counted(source, "gini", k, gini(counts), len(counts))
        yield counted(source, "cold_share", k, cold_share(counts, own.catalogue.likes), rated)


def _anchors(
    own: Evaluation, best: DataFrame, popular: DataFrame | None, sums: dict[Key, Sums]
) -> Iterator[Figure]:
    """The most that can be found, and what chance finds, each in its place beside the sources."""
    inputs, settings = own.inputs, own.settings
    users = inputs.cached(some_of(own.tests))
    may = candidates(inputs.read("items"), settings.recommend.candidates, own.catalogue.ids)
    order, like = own.catalogue.order, own.measure.scale.like_at_least
    by_id = np.argsort(order).astype(np.int32)
    ks = own.measure.ks
    draw = Draw(by_id[may[by_id]], order, like, max(ks), settings.evaluate.bootstrap_seed)
    made = anchor_lists(best, users, inputs.read("user_history"), draw)
    found = metric_sums(judged_input(made, users, popular), own.measure)
    sources = Figures(sums, attainable(own.tests, like, ks))
    anchors = Figures(found, attainable(users, like, ks))
    # Lists made diverse are not those of the most train likes.
    is_plain = settings.recommend.diversity.relevance == 1
    require_places(sources, anchors, POPULARITY if is_plain else None)
    yield from figures(found, "holdout", settings.evaluate.baseline)


def _gate(own: Evaluation) -> Iterator[Figure]:
    """What decides on the champion: lists from history train, held against validation ratings."""
    inputs, items = own.inputs, own.inputs.read("items")
    lists = as_lists(inputs.read("recommendations").where(F.col(C.HISTORY) == TRAIN), items)
    history, seed = for_deciding(inputs.read("user_history")), own.settings.evaluate.bootstrap_seed
    held = user_tests(validation_ratings(inputs.read("ratings")), items, history, seed)
    sums = metric_sums(judged_input(inputs.cached(lists), inputs.cached(held), None), own.measure)
    yield from gate_figures(sums, GATE)


def _book(own: Evaluation, noted: dict[str, RunFigure]) -> Iterator[Figure]:
    inputs, settings = own.inputs, own.settings
    items, history, ks = inputs.read("items"), inputs.read("user_history"), own.measure.ks
    within = described(items)
    offer = book_offer(own.catalogue, within, settings.recommend)
    sources = [one for source in _fitted(own) if (one := source.within(within)) is not None]
    for source in sources:
        # Items that are not described have no neighbours, and are not short of any.
        short = source.short_items(max(ks)) - int((~within).sum())
        noted[f"book_short_items.{source.name}"] = (short, "items")
    for k in ks if sources else ():
        parts = [book_lists(history, items, one, offer, k, inputs.ids) for one in sources]
        lists = reduce(DataFrame.unionByName, parts)
        only = Measure((k,), own.measure.scale, own.measure.replicates, own.measure.facts)
        sums = metric_sums(judged_input(lists, own.tests, None), only)
        yield from figures(sums, "book", settings.evaluate.baseline)


def _unseen(own: Evaluation) -> Iterator[Figure]:
    inputs, settings = own.inputs, own.settings
    items, ratings, chosen = inputs.read("items"), inputs.read("ratings"), settings.evaluate
    fits = fits_without(
        inputs,
        own.catalogue,
        Refit(
            settings.heldout,
            settings.similarity,
            settings.neighbours,
            settings.recommend,
            settings.known_sources,
            inputs.ids,
            inputs.scratch(),
            inputs.cached,
        ),
    )
    if fits is None:
        return
    wanted = unseen_ratings(ratings, fits, chosen.unseen_users)
    users = inputs.cached(user_tests(wanted, items, fits.history, chosen.bootstrap_seed))
    asked, k = users.select(C.USER_ID), max(own.measure.ks)
    lists = unseen_lists(fits, items, asked, k, inputs.ids)
    sums = metric_sums(judged_input(lists, users, None, names_of(fits)), own.measure)
    for ranking, mine in by_ranking(sums).items():
        yield from figures(mine, ranking, chosen.baseline)


def _fitted(own: Evaluation) -> list[Fitted]:
    chosen = own.settings.recommend
    return fit_sources(
        own.inputs, own.catalogue, chosen, own.settings.known_sources, chosen.sources
    )


def _heldout_pairs(inputs: Inputs, settings: Settings) -> Iterator[Figure]:
    newest = newest_model(inputs.read_or_empty("models"))
    if newest is not None:
        metrics = json.loads(newest[C.METRICS])
        yield from pair_figures(settings.known_sources.base, metrics.get("base", {}))
        yield from pair_figures(newest[C.NAME], metrics.get("finetuned", {}))


STAGE = Stage(
    name="evaluate",
    reads=(
        "recommendations",
        "ratings",
        "user_history",
        "items",
        "item_neighbours",
        "rankers",
        "item_factors",
        "item_embeddings",
        "models",
    ),
    writes=(TABLE,),
    sections=(
        "evaluate",
        "likes",
        "recommend",
        "known_sources",
        "similarity",
        "neighbours",
        "heldout",
    ),
    run=run,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
