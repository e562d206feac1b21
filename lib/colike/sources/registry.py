"""All sources by name: one line adds one. Every text embedder of the config is a source too."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.recommend import RecommendConfig
from colike.config.sources import KnownSources
from colike.errors import ConfigError, DependencyError, UnfitError
from colike.recommend.catalogue import Catalogue
from colike.sources.als import ALS, Als
from colike.sources.base import Fitted, Neighbours, Source, Work
from colike.sources.ease import EASE, Ease
from colike.sources.hybrid import HYBRID, Hybrid
from colike.sources.jaccard import Jaccard
from colike.sources.popularity import Popularity
from colike.sources.profile import Profile
from colike.sources.ranker import RANKER, Ranker
from colike.sources.text import Text
from colike.tables import Tables

SOURCES: dict[str, Source] = {
    source.name: source for source in (Popularity(), Jaccard(), Profile())
}
# Sources that have settings of their own.
CONFIGURED: dict[str, Callable[[KnownSources], Source]] = {
    EASE: lambda known: Ease(known.own.ease),
    ALS: lambda known: Als(known.own.als, ALS in known.asked),
}


def _hybrid(known: KnownSources) -> Hybrid:
    texts = known.own.hybrid.texts
    if not {*texts} & {*known.texts}:
        raise ConfigError(
            f"sources.hybrid.texts is {', '.join(texts)}, which embed.embedders lacks; it has "
            f"{', '.join(known.texts) or 'none'}: name one of them."
        )
    return Hybrid(known.own.hybrid, Ease(known.own.ease))


def _ranker(known: KnownSources) -> Ranker | None:
    own = known.own.ranker
    if own is None:
        return None
    return Ranker(own, known.scale, _hybrid(known), RANKER in known.asked)


# Sources that start from what the others have found.
FUSED: dict[str, Callable[[KnownSources], Source | None]] = {
    HYBRID: _hybrid,
    RANKER: _ranker,
}


def all_sources(known: KnownSources) -> dict[str, Source]:
    """Return every source that the config has, each after those that it starts from.

    Raises:
        ConfigError: An embedder has the name of another source, or hybrid's texts are of none.
    """
    taken = sorted({*known.texts} & {*SOURCES, *CONFIGURED, *FUSED})
    if taken:
        raise ConfigError(
            f"embed.embedders has {taken[0]!r}, which is a source of its own; give the embedder "
            "another name."
        )
    fused = {name: make(known) for name, make in FUSED.items()}
    return {
        **SOURCES,
        **{name: make(known) for name, make in CONFIGURED.items()},
        **{name: Text(name, known.tags) for name in known.texts},
        **{name: source for name, source in fused.items() if source is not None},
    }


def source_named(name: str, known: KnownSources) -> Source:
    """Return the source of a name.

    Raises:
        ConfigError: There is none.
    """
    sources = all_sources(known)
    if name not in sources:
        raise ConfigError(f"There is no source {name!r}; the sources are {', '.join(sources)}.")
    return sources[name]


@dataclass(frozen=True)
class Found:
    """What all sources have found.

    Attributes:
        rows: Rows of item_neighbours.
        factors: Rows of item_factors, None where no source scores by factors.
        learnt: Rows of rankers.
        figures: How they were found, by name, with units.
        notes: Which sources have nothing, and why.
    """

    rows: DataFrame
    factors: DataFrame | None
    learnt: list[dict[str, object]]
    figures: dict[str, tuple[float, str]]
    notes: list[str]


def find_neighbours(work: Work, known: KnownSources) -> Found:
    """Return what every source finds; `work` notes it by source."""
    notes, seconds = [], {}
    for name, source in all_sources(known).items():
        start = time.perf_counter()
        try:
            found = source.neighbours(work)
        except (UnfitError, DependencyError) as why:
            notes.append(f"source {name} has no neighbours: {why}")
            continue
        if found is not None:
            work.found[name] = found
            seconds[f"{name}.fit_seconds"] = (time.perf_counter() - start, "s")
    rows = {name: one.rows for name, one in work.found.items() if one.rows is not None}
    factors = {name: one.factors for name, one in work.found.items() if one.factors is not None}
    return Found(
        _named(rows),
        _named(factors) if factors else None,
        [{C.SOURCE: name, **row} for name, one in work.found.items() for row in one.learnt],
        {**_figures(work.found), **seconds},
        notes,
    )


def _figures(found: Mapping[str, Neighbours]) -> dict[str, tuple[float, str]]:
    return {name: figure for one in found.values() for name, figure in one.figures.items()}


def _named(rows: Mapping[str, DataFrame]) -> DataFrame:
    """Return the rows of all sources, each under its name."""
    named = (frame.select(F.lit(name).alias(C.SOURCE), "*") for name, frame in rows.items())
    return reduce(DataFrame.unionByName, named)


def fit_sources(
    tables: Tables,
    catalogue: Catalogue,
    settings: RecommendConfig,
    known: KnownSources,
    names: Sequence[str],
) -> list[Fitted]:
    """Return the sources of these names that can score; one that is not fitted yet cannot.

    Args:
        tables: Where items, item_neighbours and item_embeddings are read.
        catalogue: The items on the driver.
        settings: Section recommend.
        known: What sources are made of.
        names: The sources asked for.

    Raises:
        ConfigError: There is no such source.
    """
    for name in settings.least_weight:
        source_named(name, known)
    asked = [source_named(name, known) for name in names]
    fitted = (source.fit(tables, catalogue, settings) for source in asked)
    return [one for one in fitted if one is not None]
