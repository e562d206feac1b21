"""The nearest items of every item, by each source that has any.

Reads: item_similarity, item_embeddings, items, user_history; ratings, whose validation split a
ranker is fitted on.
Writes: item_neighbours (one row per source, item and rank); rankers (one row per source and part);
item_factors (one row per source and item), where a source that was asked for scores by factors.
"""

from colike import columns as C
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.sources.base import Work
from colike.sources.registry import find_neighbours
from colike.tables.writes import overwrite, trim

TABLE, LEARNT, FACTORS = "item_neighbours", "rankers", "item_factors"


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Ask every source for its neighbours."""
    work = Work(inputs, settings.neighbours, inputs.ids, inputs.scratch())
    found = find_neighbours(work, settings.known_sources)
    nothing = trim(FACTORS, {C.SOURCE: []})
    return Outputs(
        [
            overwrite(TABLE, found.rows),
            overwrite(LEARNT, inputs.frame(LEARNT, found.learnt)),
            nothing if found.factors is None else overwrite(FACTORS, found.factors),
        ],
        found.figures,
        found.notes,
    )


STAGE = Stage(
    name="neighbours",
    reads=("item_similarity", "item_embeddings", "items", "user_history", "ratings"),
    writes=(TABLE, LEARNT, FACTORS),
    sections=("neighbours", "known_sources"),
    run=run,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
