"""`colike forget`: takes a person out of a store and of everything that is read from now on."""

from typing import Annotated

import typer

from colike.cli.options import DEFAULT_STORE, StoreOption
from colike.data.forgotten import FORGOTTEN, Forgotten, rows_of_others
from colike.data.values import id_of
from colike.errors import ConfigError
from colike.launch.folders import remove_snapshots
from colike.printing import say
from colike.publish.report.kept import remove_reports_of
from colike.queries.store import open_existing
from colike.run.ids import new_run_id
from colike.run.purge import purge
from colike.run.single import append_row

NAME = "forget"
WARNING = (
    "Tables with users are written again without their past: earlier versions of them cannot be "
    "read or restored after this. Published runs stay, without the user."
)
#: Counts that the user is in, and that the next run makes again.
COUNTED = ("item_colikes",)


def command(
    user: Annotated[str, typer.Argument(metavar="USER", help="User id of the rating file.")],
    store: StoreOption = DEFAULT_STORE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a user out of tables, their old versions, snapshots, reports and the log."""
    opened = open_existing(store)
    user_id = id_of(user, opened.ids.user_id)
    if user_id is None:
        raise ConfigError(f"{user!r} is no user id of this store, whose ids are numbers.")
    if not yes:
        say(WARNING)
        typer.confirm(f"Forget user {user} in store {store}?", abort=True)
    # The hash comes first: if what follows is cut off, the next ingest leaves the user out all the
    # same, and the same command does the rest.
    if not Forgotten.of(opened.read_or_empty(FORGOTTEN)).has(user_id):
        append_row(
            opened, new_run_id(), NAME, FORGOTTEN, (FORGOTTEN,),
            lambda tables, own, at: Forgotten.of(own).row_of(user_id, at),
        )  # fmt: skip
    say("table forgotten: has the salted hash, by which ingest leaves the user out")
    for step in purge(opened, rows_of_others(user_id), COUNTED):
        say(step)
    for name in remove_snapshots(opened.files):
        say(f"{name}: removed; a training exports it again")
    for name in remove_reports_of(opened.files, user_id):
        say(f"{name}: removed, since it showed the user's lists")
    say(
        "The user's share in counts, neighbours and models goes with the next run: "
        f"colike run CONF --data DATA --store {store}"
    )
