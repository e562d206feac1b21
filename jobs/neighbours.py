"""The nearest items of every item, by each source that has any.

Reads: item_similarity, item_embeddings, items, user_history.
Writes: item_neighbours (one row per source, item and rank).
"""

from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.errors import UnfitError
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.sources.base import Work
from colike.sources.registry import all_sources
from colike.tables.writes import overwrite

TABLE = "item_neighbours"


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Ask every source for its neighbours."""
    work = Work(inputs, settings.neighbours, inputs.ids, inputs.scratch())
    notes = []
    for name, source in all_sources(settings.known_sources).items():
        try:
            found = source.neighbours(work)
        except UnfitError as why:
            notes.append(f"source {name} has no neighbours: {why}")
            continue
        if found is not None:
            work.found[name] = found
    named = (one.rows.select(F.lit(name).alias(C.SOURCE), "*") for name, one in work.found.items())
    return Outputs(
        [overwrite(TABLE, reduce(DataFrame.unionByName, named))],
        {name: figure for one in work.found.values() for name, figure in one.figures.items()},
        notes,
    )


STAGE = Stage(
    name="neighbours",
    reads=("item_similarity", "item_embeddings", "items", "user_history"),
    writes=(TABLE,),
    sections=("neighbours", "known_sources"),
    run=run,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
