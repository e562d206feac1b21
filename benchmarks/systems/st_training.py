"""Runs sentence-transformers' own Trainer on pairs of texts; prints texts per second as JSON.

Cosine loss on labelled pairs, AdamW with linear warm-up and decay, and bf16 if asked for.
"""

import json
import sys
import tempfile
import time

from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
from sentence_transformers.sentence_transformer.losses import CosineSimilarityLoss
from sentence_transformers.sentence_transformer.training_args import (
    SentenceTransformerTrainingArguments,
)


def main(task_file: str) -> None:
    """Train by the task's file: model, pairs of texts, labels, batch size, steps, precision."""
    with open(task_file, encoding="utf-8") as file:
        task = json.load(file)
    model = SentenceTransformer(task["model"], device="cpu" if task["cpu"] else None)
    model.max_seq_length = task["max_tokens"]
    columns = {"sentence1": task["left"], "sentence2": task["right"], "score": task["labels"]}
    with tempfile.TemporaryDirectory() as scratch:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=scratch,
            per_device_train_batch_size=task["batch_size"],
            max_steps=task["steps"],
            bf16=task["bf16"],
            use_cpu=task["cpu"],
            warmup_steps=task["steps"] // 10,
            learning_rate=5e-5,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
        )
        trainer = SentenceTransformerTrainer(
            model=model,
            args=arguments,
            train_dataset=Dataset.from_dict(columns),
            loss=CosineSimilarityLoss(model),
        )
        start = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - start
    texts = 2 * task["batch_size"] * task["steps"]
    print(
        json.dumps({"seconds": seconds, "texts_per_second": texts / seconds, "pairs": texts // 2})
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
