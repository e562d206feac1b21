"""Unit vectors of every item from each text embedder of the config.

Reads: items, models.
Writes: item_embeddings (one row per model and item).
"""

from collections.abc import Sequence

from colike.embedding.cache import TABLE, refresh
from colike.embedding.models import find_model
from colike.errors import DependencyError
from colike.run.chain import job_main
from colike.run.log import Event
from colike.run.stage import Job, Run, Stage


def execute(job: Job) -> None:
    """Encode what each embedder has not encoded yet; one that cannot run is noted with why."""
    items = job.read("items")
    models = job.reader.read_or_empty("models")
    for name, embedder in job.config.embed.embedders.items():
        try:
            model = find_model(name, embedder, models)
        except DependencyError as error:
            job.log.write(Event(f"embed.{name}", "not_run", error=str(error)))
            job.note(f"{name} is not run: {error}")
            continue
        encoded = refresh(job, name, model, items)
        job.measure(f"encoded.{name}", encoded, "items")


def _fingerprint(run: Run) -> str:
    """Weights or a key that appear later must set the job to work again."""
    found = []
    for name, embedder in run.config.embed.embedders.items():
        try:
            models = run.store.read("models") if run.store.exists("models") else None
            found.append(f"{name}={find_model(name, embedder, models).model_id}")
        except DependencyError:
            found.append(f"{name} missing")
    return ";".join(found)


STAGE = Stage(
    name="embed",
    reads=("items", "models"),
    writes=(TABLE,),
    config_sections=("embed",),
    execute=execute,
    fingerprint=_fingerprint,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
