"""Every column name that code uses, once; no string literal of a column stands elsewhere."""

from typing import Final

# ids
USER_ID: Final = "user_id"
ITEM_ID: Final = "item_id"
ITEM_IDX: Final = "item_idx"
RUN_ID: Final = "run_id"

# ratings and histories
RATING: Final = "rating"
SPLIT: Final = "split"
LIKES: Final = "likes"
SEEN: Final = "seen"
HELD: Final = "held"

# items
TITLE: Final = "title"
ATTRIBUTES: Final = "attributes"
SYNOPSIS: Final = "synopsis"
DESCRIPTION: Final = "description"
CONTENT_HASH: Final = "content_hash"

# quarantine
TABLE: Final = "table"
REASON: Final = "reason"
ROW: Final = "row"

# similarity and pairs
ITEM_A: Final = "item_a"
ITEM_B: Final = "item_b"
LIKES_A: Final = "likes_a"
LIKES_B: Final = "likes_b"
COLIKES: Final = "colikes"
JACCARD: Final = "jaccard"
METHOD: Final = "method"
PAIR_ID: Final = "pair_id"
LABEL: Final = "label"
BASE_COSINE: Final = "base_cosine"
KIND: Final = "kind"

# models and embeddings
MODEL_ID: Final = "model_id"
NAME: Final = "name"
EMBEDDING: Final = "embedding"

# neighbours and recommendations
SOURCE: Final = "source"
HISTORY: Final = "history"
NEIGHBOUR_ID: Final = "neighbour_id"
WEIGHT: Final = "weight"
RANK: Final = "rank"
SCORE: Final = "score"
SUPPORT: Final = "support"
BECAUSE: Final = "because"
PART: Final = "part"
FALLBACK: Final = "fallback"

# evaluation
PROTOCOL: Final = "protocol"
SEGMENT: Final = "segment"
METRIC: Final = "metric"
K: Final = "k"
VALUE: Final = "value"
CI_LOW: Final = "ci_low"
CI_HIGH: Final = "ci_high"
N: Final = "n"
VERSUS: Final = "versus"
