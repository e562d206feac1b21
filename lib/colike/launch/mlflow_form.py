"""Puts a model into MLflow's form: `python -m colike.launch.mlflow_form MODEL OUT PACKAGE...`.

A process of its own, because it loads torch; it talks to no server and needs no credentials.
"""

import sys

import mlflow
import numpy as np
from mlflow.models import infer_signature

from colike.training.encoder import open_model


def main(folder: str, out: str, *packages: str) -> None:
    """Save the model with its signature (a text in, a vector out) and the packages it needs."""
    model = open_model(folder)
    texts = ["A title. What it is about."]
    vectors = model.encode(texts, show_progress_bar=False).astype(np.float32)
    mlflow.sentence_transformers.save_model(
        model, out, signature=infer_signature(texts, vectors), pip_requirements=list(packages)
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
