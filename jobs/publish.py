"""The champion's lists and neighbours for analysts, the views, and the report.

Reads: evaluation, recommendations, item_neighbours, models; for the report also ratings, items,
user_history and item_similarity; its own champion_moves, of which a new one is the last.
Writes: published_recommendations (one row per run, user and rank), published_neighbours (per
run, item and rank), published_items (per run and item), published_pairs (per run and pair),
champion_moves (per move; the last row is what views follow).
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.embedding.models import newest_model
from colike.publish.champion import Champion, choose_champion
from colike.publish.moves import present_champion
from colike.publish.published import (
    PUBLISHED,
    items_with_audience,
    of_champion,
    pairs_with_lift,
)
from colike.publish.report.build import ReportFacts, build_report
from colike.publish.report.data import Pointer
from colike.publish.report.kept import report_name
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.tables.writes import append, replace

MOVES = "champion_moves"


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Return the champion's rows, then the move: until it is written no view changes."""
    evaluated_by = inputs.last_run_of("evaluation")
    evaluated = inputs.read("evaluation").where(F.col(C.RUN_ID) == F.lit(evaluated_by))
    present = present_champion(inputs.own(MOVES))
    champion = choose_champion(evaluated, settings.publish, present)
    is_held = present is not None and present.held and champion.source == present.source
    history = inputs.read("user_history")
    published = (
        of_champion(inputs.read("recommendations"), champion.source),
        of_champion(inputs.read("item_neighbours"), champion.source),
        items_with_audience(inputs.read("items"), history, inputs.read("ratings")),
        pairs_with_lift(inputs.read("item_similarity"), history),
    )
    rows = [
        replace(table, frame, {C.RUN_ID: [inputs.run_id]})
        for table, frame in zip(PUBLISHED, published, strict=True)
    ]
    pointer = Pointer(champion.source, inputs.run_id, champion.reason)
    facts = ReportFacts(
        inputs.store_name,
        inputs.run_id,
        evaluated_by,
        pointer,
        inputs.not_run.get("embed", {}),
        inputs.told.get("neighbours", {}),
    )
    return Outputs(
        writes=[*rows, append(MOVES, _move(inputs, champion, is_held))],
        notes=[f"champion is {champion.source}: {champion.reason}"],
        files={
            report_name(inputs.run_id): build_report(inputs, facts, settings.publish.report_users)
        },
    )


def _move(inputs: Inputs, champion: Champion, held: bool) -> DataFrame:
    model = newest_model(inputs.read_or_empty("models"), champion.source)
    move = {
        C.SOURCE: champion.source,
        C.MODEL_ID: None if model is None else model[C.MODEL_ID],
        C.REASON: champion.reason,
        C.FIGURES: dict(champion.figures),
        C.HELD: held,
        C.BY: "job publish",
        C.AT: inputs.time_after(MOVES, C.AT),
    }
    return inputs.frame(MOVES, [move])


STAGE = Stage(
    name="publish",
    reads=(
        "evaluation",
        "recommendations",
        "item_neighbours",
        "models",
        "ratings",
        "items",
        "user_history",
        "item_similarity",
    ),
    writes=(*PUBLISHED, MOVES),
    sections=("publish",),
    run=run,
    continues=(MOVES,),
    makes_views=True,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
