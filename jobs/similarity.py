"""Co-likes and Jaccard of every pair of items, from train likes.

Reads: user_history, items; its own item_colikes, to count only what changed since.
Writes: item_similarity (one row per pair with item_a before item_b), item_colikes (one row per
strip of a tile, if `similarity.tiled.keep_colikes` is on).
"""

from functools import partial

from pyspark.sql import DataFrame

from colike.data.splits import train_likes
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.similarity.engines import Counting, banding_of, similarity
from colike.similarity.jaccard import named
from colike.similarity.kept import Kept, KeptInputs, kept_colikes, similarity_of_kept
from colike.tables.writes import keep, overwrite

TABLE, COLIKES = "item_similarity", "item_colikes"


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Count co-likes and return both tables."""
    likes, items = train_likes(inputs.read("user_history")), inputs.read("items")
    chosen, figures = settings.similarity, dict[str, tuple[float, str]]()
    counting = Counting(likes, items.count(), chosen, figures)
    if chosen.method != "tiled" or not chosen.tiled.keep_colikes:
        pairs = similarity(counting)
        return Outputs([overwrite(TABLE, named(pairs, items, chosen.method))], figures)
    kept = _kept(inputs, counting, items)
    strips = inputs.own_untouched(COLIKES) if kept.rows is None else inputs.cached(kept.rows)
    if kept.changed is not None:
        figures["changed_likes"] = (kept.changed, "likes")
    pairs = similarity_of_kept(strips, counting)
    first = keep(COLIKES) if kept.rows is None else overwrite(COLIKES, strips)
    return Outputs(
        [first, overwrite(TABLE, named(pairs, items, chosen.method))], figures, [kept.note]
    )


def _kept(inputs: Inputs, counting: Counting, items: DataFrame) -> Kept:
    changed = partial(inputs.changes, "user_history")
    pin, own = inputs.pins["user_history"], inputs.own_untouched(COLIKES)
    return kept_colikes(KeptInputs(own, items, pin, changed, inputs.code), counting)


def _check(settings: Settings) -> None:
    """Refuse what MinHash cannot find, before anything is counted."""
    if settings.similarity.method == "minhash":
        banding_of(settings.similarity.minhash)


STAGE = Stage(
    name="similarity",
    reads=("user_history", "items"),
    writes=(TABLE, COLIKES),
    sections=("similarity",),
    run=run,
    continues=(COLIKES,),
    check=_check,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
