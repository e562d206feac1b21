"""The protocol of a source: how it finds neighbours, how it is fitted, how it scores.

A source is one file of this room and one line of the registry. Nothing outside asks what kind it
is: jobs and commands call these methods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from pyspark.sql import DataFrame

from colike.compute.arrays import Bools
from colike.config.models import NeighboursConfig
from colike.config.recommend import RecommendConfig
from colike.data.splits import train_likes
from colike.recommend.catalogue import Catalogue, Ids, collect_catalogue
from colike.recommend.graph import NeighbourGraph, graph_of
from colike.recommend.held import HeldLikes
from colike.recommend.offer import Offer
from colike.recommend.scorers import Scorer
from colike.tables import IdTypes, Tables


@dataclass(frozen=True)
class Neighbours:
    """What a source has found, and figures of how.

    Attributes:
        rows: Rows of item_neighbours without source, None where it has no neighbours of its own.
        figures: By name, with their units.
        learnt: Rows of rankers without source.
        factors: Rows of item_factors without source, of a source that scores by them.
    """

    rows: DataFrame | None
    figures: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    learnt: Sequence[Mapping[str, object]] = ()
    factors: DataFrame | None = None


@dataclass(frozen=True)
class Work:
    """What a source finds neighbours with.

    Attributes:
        tables: What the job reads.
        settings: Section neighbours.
        ids: Types of the ids.
        scratch: A local folder.
        is_measured: Whether a source measures how good it is, where it does not choose by that.
        found: What the sources before this one have found, by name.
    """

    tables: Tables
    settings: NeighboursConfig
    ids: IdTypes
    scratch: Path
    is_measured: bool = True
    found: dict[str, Neighbours] = field(default_factory=dict)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The items on the driver."""
        likes = train_likes(self.tables.read("user_history"))
        return collect_catalogue(self.tables.read("items"), likes)

    @cached_property
    def held(self) -> HeldLikes:
        """The validation users that things are chosen on."""
        return HeldLikes.collect(self.tables.read("user_history"))

    def graph(self, name: str, ids: Ids) -> NeighbourGraph:
        """Return what a source has found, on the driver; no edges where it has found nothing.

        Args:
            name: The source.
            ids: The item ids by item_idx.
        """
        rows = self.found[name].rows if name in self.found else None
        return NeighbourGraph.empty(len(ids)) if rows is None else graph_of(rows, ids)


class Fitted(Protocol):
    """A source with what it scores by, on the driver: O(items) numbers."""

    @property
    def name(self) -> str:
        """The source's name."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of what it scores by; equal hashes give equal lists of equal histories."""
        ...

    @property
    def grid(self) -> Sequence[int]:
        """The neighbours_per_item to try on validation ratings; empty where it has no such dial."""
        ...

    def scorer(self, offer: Offer, neighbours_per_item: int, k: int) -> Scorer:
        """Return what makes lists of length k, in the order of their scores.

        Args:
            offer: What may be recommended.
            neighbours_per_item: How many neighbours of each liked item count; without meaning for
                a source whose `grid` is empty.
            k: Length of the lists.
        """
        ...

    def within(self, described: Bools) -> "Fitted | None":
        """Return the source among these items alone, as the book's protocol runs it.

        None for a source that has no neighbours, which the book's engine cannot run.
        """
        ...

    def short_items(self, neighbours_per_item: int) -> int:
        """Return how many items have fewer neighbours than this."""
        ...


class WithoutDepth:
    """What fitted sources share that do not look at a number of nearest items."""

    @property
    def grid(self) -> Sequence[int]:
        """Empty: no number of neighbours is tried."""
        return ()

    def within(self, described: Bools) -> None:
        """Return None: the book's engine runs on nearest items."""

    def short_items(self, neighbours_per_item: int) -> int:
        """Return 0: no number of neighbours decides a score."""
        return 0


class Source(Protocol):
    """A named way to score."""

    @property
    def name(self) -> str:
        """Its name in configs and tables."""
        ...

    @property
    def has_weighted_reasons(self) -> bool:
        """Whether `part` in a list's `because` is the weight of a neighbour, such as a cosine."""
        ...

    def neighbours(self, work: Work) -> Neighbours | None:
        """Return the nearest items of every item, None where there are none to find."""
        ...

    def fit(self, tables: Tables, catalogue: Catalogue, settings: RecommendConfig) -> Fitted | None:
        """Return the source ready to score, None where what it scores by is not there yet."""
        ...
