"""Text embedders as sources: the items whose descriptions have the nearest vectors."""

from dataclasses import dataclass

from pyspark.sql import functions as F

from colike import columns as C
from colike.config.embed import TagsConfig
from colike.config.recommend import RecommendConfig
from colike.data.ids import to_ids
from colike.embedding.vectors import collect_vectors
from colike.neighbours.cosine import nearest
from colike.neighbours.frames import to_frame
from colike.neighbours.large import near_in_index
from colike.neighbours.tags import with_tags
from colike.recommend.catalogue import Catalogue
from colike.sources.base import Fitted, Neighbours, Work
from colike.sources.neighbour import fit_neighbours
from colike.tables import Tables


@dataclass(frozen=True)
class Text:
    """Neighbours by cosine of one embedder of the config, which the source has its name from.

    Tags stand beside the text, if the config has any, but for a catalogue that takes an index.
    """

    name: str
    tags: TagsConfig | None = None
    has_weighted_reasons: bool = True

    def neighbours(self, work: Work) -> Neighbours | None:
        """Return the nearest items, exact up to a size of the catalogue, beyond it by an index.

        None where the embedder has no vectors.
        """
        items = work.tables.read("items")
        mine = work.tables.read_or_empty("item_embeddings").where(F.col(C.SOURCE) == self.name)
        count = mine.join(items.select(C.ITEM_ID), on=C.ITEM_ID, how="left_semi").count()
        if not count:
            return None
        return self._exact(work) if count <= work.settings.exact_up_to else self._indexed(work)

    def fit(self, tables: Tables, catalogue: Catalogue, settings: RecommendConfig) -> Fitted | None:
        """Return the source ready to score."""
        return fit_neighbours(tables, self.name, catalogue, settings)

    def _exact(self, work: Work) -> Neighbours:
        items, settings = work.tables.read("items"), work.settings
        embedded = collect_vectors(work.tables.read("item_embeddings"), items, self.name)
        if self.tags is not None:
            embedded = with_tags(embedded, items, self.tags)
        found = nearest(embedded.vectors, embedded.order, settings.k, settings.candidate_margin)
        return Neighbours(to_frame(items.sparkSession, embedded, found, work.ids))

    def _indexed(self, work: Work) -> Neighbours:
        items, embeddings = work.tables.read("items"), work.tables.read("item_embeddings")
        # Executors know shipped files by name alone, so a name must never come twice.
        own = work.scratch / f"{work.scratch.name}-{self.name}"
        own.mkdir()
        near, tuned = near_in_index(embeddings, items, self.name, work.settings, own)
        named = to_ids(near, items, C.ITEM_IDX, C.NEIGHBOUR_ID)
        figures = {
            f"neighbours.recall.{self.name}": (tuned.recall, "share of the 10 nearest"),
            f"neighbours.probes.{self.name}": (float(tuned.probes), "lists"),
        }
        return Neighbours(named.withColumnRenamed(C.ITEM_IDX, C.ITEM_ID), figures)
