"""Unit vectors of every item from each text embedder of the config.

Reads: items, models; its own item_embeddings, to encode only what is new or changed.
Writes: item_embeddings (one row per model and item).
"""

from colike.embedding.cache import TABLE, refreshed
from colike.embedding.encode import Encoding
from colike.embedding.models import Trained, find_model, static_model_id
from colike.errors import DependencyError
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Figure, Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.tables.writes import keep


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Encode what each embedder has not encoded yet; one that cannot run is named with why."""
    items, embed = inputs.read("items"), settings.embed
    trained = Trained(inputs.read_or_empty("models"), inputs.files.fetch)
    encoding = Encoding(embed.max_tokens, embed.precision, embed.batch_size)
    current, writes = inputs.own_untouched(TABLE), [keep(TABLE)]
    figures, not_run = dict[str, Figure](), dict[str, str]()
    for name, embedder in embed.embedders.items():
        try:
            model = find_model(name, embedder, trained)
        except DependencyError as error:
            not_run[name] = str(error)
            continue
        encoded = refreshed(current, name, model, items, encoding)
        writes += encoded.writes
        figures[f"encoded.{name}"] = (float(encoded.count), "items")
    return Outputs(writes, figures, not_run=not_run)


def _weights(inputs: Inputs, settings: Settings) -> str:
    """Weights or a key that appear later must set the job to work again."""
    embedders = settings.embed.embedders.items()
    return ";".join(f"{name}={static_model_id(name, embedder)}" for name, embedder in embedders)


STAGE = Stage(
    name="embed",
    reads=("items", "models"),
    writes=(TABLE,),
    sections=("embed",),
    run=run,
    continues=(TABLE,),
    fingerprint=_weights,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
