"""Every column name that code uses, once; no string literal of a column stands elsewhere."""

from typing import Final

# ids
USER_ID: Final = "user_id"
ITEM_ID: Final = "item_id"
ITEM_IDX: Final = "item_idx"
RUN_ID: Final = "run_id"

# runs
JOB: Final = "job"
EVENT: Final = "event"
ENTRY: Final = "entry"
AT: Final = "at"
STAGE_KEY: Final = "stage_key"
KEY_PARTS: Final = "key_parts"
PINS_IN: Final = "pins_in"
PINS_OUT: Final = "pins_out"
TABLE_ID: Final = "table_id"
VERSION: Final = "version"
ROW_SETS: Final = "row_sets"
ROWS: Final = "rows"
FIGURES: Final = "figures"
UNITS: Final = "units"
UNIT: Final = "unit"
ERROR: Final = "error"
CHECKS: Final = "checks"

# ratings and histories
RATING: Final = "rating"
SPLIT: Final = "split"
LIKES: Final = "likes"
PASSIVES: Final = "passives"
DETRACTORS: Final = "detractors"
UNRATED: Final = "unrated"
SEEN: Final = "seen"
LIKES_TRAIN: Final = "likes_train"
LIKES_VALIDATION: Final = "likes_validation"
LIKES_TEST: Final = "likes_test"
PASSIVES_TRAIN: Final = "passives_train"
PASSIVES_VALIDATION: Final = "passives_validation"
PASSIVES_TEST: Final = "passives_test"
DETRACTORS_TRAIN: Final = "detractors_train"
DETRACTORS_VALIDATION: Final = "detractors_validation"
DETRACTORS_TEST: Final = "detractors_test"
UNRATED_TRAIN: Final = "unrated_train"
HELD: Final = "held"

# items
TITLE: Final = "title"
ATTRIBUTES: Final = "attributes"
SYNOPSIS: Final = "synopsis"
DESCRIPTION: Final = "description"
SYNOPSIS_CUT: Final = "synopsis_cut"
CONTENT_HASH: Final = "content_hash"

# forgotten
USER_HASH: Final = "user_hash"
SALT: Final = "salt"

# quarantine
TABLE: Final = "table"
REASON: Final = "reason"
ROW: Final = "row"
FILE: Final = "file"
LINE: Final = "line"

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

# packed co-likes
BLOCK_A: Final = "block_a"
BLOCK_B: Final = "block_b"
FIRST: Final = "first"
BLOCKS: Final = "blocks"
LENGTHS: Final = "lengths"
PLACES: Final = "places"
COUNTS: Final = "counts"
OWN: Final = "own"
ITEMS: Final = "items"
NUMBERING: Final = "numbering"
HISTORY_ID: Final = "history_id"
HISTORY_VERSION: Final = "history_version"
CODE_VERSION: Final = "code_version"

# models and embeddings
MODEL_ID: Final = "model_id"
NAME: Final = "name"
BASE: Final = "base"
OBJECTIVE: Final = "objective"
PARAMS: Final = "params"
METRICS: Final = "metrics"
CURVE: Final = "curve"
URI: Final = "uri"
SHA256: Final = "sha256"
DATA_VERSIONS: Final = "data_versions"
CREATED_AT: Final = "created_at"
EMBEDDING: Final = "embedding"
ENCODING: Final = "encoding"
FACTORS: Final = "factors"

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

# rankers
FEATURES: Final = "features"
TREES: Final = "trees"

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

# publish
BY: Final = "by"
RATINGS: Final = "ratings"
USERS: Final = "users"
LIFT: Final = "lift"
