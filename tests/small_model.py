"""A sentence-transformers model of two layers with random weights, for all but learning."""

import json
import re
import string
from collections.abc import Iterable
from pathlib import Path
from typing import Any

DIMENSIONS = 32
LAYERS = 2
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_LETTERS = string.ascii_lowercase + string.digits


def small_tokenizer(texts: Iterable[str]) -> Any:
    """A WordPiece tokenizer that has the words of the texts whole and spells out all others."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    words = sorted({word for text in texts for word in re.findall(r"[a-z0-9]{2,}", text.lower())})
    pieces = [*_SPECIAL, *string.punctuation, *_LETTERS, *(f"##{one}" for one in _LETTERS), *words]
    vocabulary = {piece: place for place, piece in enumerate(pieces)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
    )  # fmt: skip


def save_small_model(folder: Path, texts: Iterable[str] = ()) -> str:
    """Write a BERT with mean pooling, the same weights each time; returns the folder's name."""
    import torch
    from transformers import BertConfig, BertModel

    tokenizer = small_tokenizer(texts)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=DIMENSIONS,
        num_hidden_layers=LAYERS,
        num_attention_heads=2,
        intermediate_size=2 * DIMENSIONS,
        max_position_embeddings=256,
    )
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = BertModel(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    names = {"Transformer": "", "Pooling": "1_Pooling", "Normalize": "2_Normalize"}
    modules = [
        {"idx": place, "name": str(place), "path": path,
         "type": f"sentence_transformers.models.{name}"}
        for place, (name, path) in enumerate(names.items())
    ]  # fmt: skip
    pooling = {"word_embedding_dimension": DIMENSIONS, "pooling_mode_mean_tokens": True}
    for path, document in {
        "modules.json": modules,
        "sentence_bert_config.json": {"max_seq_length": 256, "do_lower_case": False},
        "1_Pooling/config.json": pooling,
        "2_Normalize/config.json": {},
    }.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(json.dumps(document), encoding="utf-8")
    return str(folder)
