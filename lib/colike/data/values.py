"""The one place where a value becomes an id, a rating or a time, whatever it comes from."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from colike.compute.arrays import Doubles, Floats
from colike.config.files import IdType
from colike.errors import SchemaError

WHOLE = r"^[+-]?[0-9]{1,19}$"
WHOLE_FLOAT = r"^[+-]?[0-9]{1,15}\.0*$"
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
LINE_BREAK = r"[\r\n]"
#: Floats beyond this do not tell neighbouring whole numbers apart.
LARGEST_WHOLE = 2.0**53
SECOND = 1_000_000


def ids_of(values: pa.Array, id_type: IdType, what: str) -> pa.Array:
    """Return values as ids, null for what is none.

    Whole numbers are ids, whole floats (12.0) the ids they stand for, and texts count without the
    white space around them. Among bigint ids a text is the number that it writes; among string
    ids it stays as it is written, with leading zeros.

    Args:
        values: A column of a file, or a single id that somebody has typed.
        id_type: `bigint` or `string`.
        what: The column, for the message.

    Raises:
        SchemaError: Its type holds no ids, such as dates.
    """
    values = _plain(values)
    kind = values.type
    if pa.types.is_null(kind):
        return pa.nulls(len(values), _arrow(id_type))
    if pa.types.is_floating(kind):
        values = _whole(values)
    elif pa.types.is_decimal(kind):
        values = pc.cast(values, pa.string())
    elif not (pa.types.is_integer(kind) or pa.types.is_string(kind)):
        raise SchemaError(f"{what} holds {kind}, which are no ids; name another column.")
    if pa.types.is_string(values.type):
        texts = pc.utf8_trim_whitespace(values)
        if id_type == "bigint":
            return _bigints(texts)
        none = pc.or_(pc.equal(texts, ""), pc.match_substring_regex(texts, LINE_BREAK))
        return pc.if_else(none, pa.scalar(None, pa.string()), texts)
    if id_type == "string":
        return pc.cast(values, pa.string())
    fits = pc.less_equal(values, pa.scalar(2**63 - 1, values.type)) if kind == pa.uint64() else None
    if fits is not None:
        values = pc.if_else(fits, values, pa.scalar(None, values.type))
    return pc.cast(values, pa.int64())


def id_of(text: str | int, id_type: IdType) -> int | str | None:
    """Return an id as somebody writes it, in its type; None if it is no such id.

    >>> id_of("012", "bigint"), id_of("12.0", "bigint"), id_of(" 012 ", "string")
    (12, 12, '012')
    >>> id_of("x", "bigint") is None
    True
    """
    found: int | str | None = ids_of(pa.array([str(text)]), id_type, "")[0].as_py()
    return found


def ratings_of(values: pa.Array, what: str) -> Floats:
    """Return values as ratings, NaN for what is no number.

    Raises:
        SchemaError: The column's type holds no numbers, such as dates.
    """
    values = _plain(values)
    kind = values.type
    if pa.types.is_string(kind):
        return _numbers(values, pa.float32())
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = pc.cast(pc.cast(values, pa.float64()), pa.float32(), safe=False)
        return _with_nan(numbers)
    if pa.types.is_null(kind):
        return np.full(len(values), np.nan, np.float32)
    raise SchemaError(f"{what} holds {kind}, which are no ratings; name the column of the ratings.")


def times_of(values: pa.Array, what: str) -> Doubles:
    """Return values as times that can be compared, NaN for what is none.

    Numbers are compared as they are (seconds, milliseconds, years); dates and times by the
    seconds since 1970, also where they are written as in ISO 8601.

    Raises:
        SchemaError: The column's type holds no times.
    """
    values = _plain(values)
    kind = values.type
    if pa.types.is_temporal(kind) and not pa.types.is_time(kind):
        micros = pc.cast(pc.cast(values, pa.timestamp("us"), safe=False), pa.int64())
        return _with_nan(pc.cast(micros, pa.float64(), safe=False)) / SECOND
    if pa.types.is_string(kind):
        numbers = _numbers(values, pa.float64())
        rest = np.isnan(numbers)
        if rest.any():
            numbers[rest] = _moments(values.filter(pa.array(rest)))
        return numbers
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _with_nan(pc.cast(values, pa.float64(), safe=False))
    if pa.types.is_null(kind):
        return np.full(len(values), np.nan)
    raise SchemaError(f"{what} holds {kind}, which are no times; name another column.")


def texts_of(values: pa.Array) -> pa.Array:
    """Return values as texts, null where there is none."""
    values = _plain(values)
    if pa.types.is_nested(values.type):
        return pa.array([_listed(value) for value in values.to_pylist()], pa.string())
    return pc.cast(values, pa.string())


def _plain(values: pa.Array) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_large_string(values.type) or pa.types.is_binary(values.type):
        values = pc.cast(values, pa.string())
    return values


def _listed(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join("" if part is None else str(part) for part in value)
    return None if value is None else str(value)


def _arrow(id_type: IdType) -> pa.DataType:
    return pa.int64() if id_type == "bigint" else pa.string()


def _whole(values: pa.Array) -> pa.Array:
    """Return whole floats as numbers, others as null."""
    numbers = pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False).astype(np.float64)
    with np.errstate(invalid="ignore"):
        is_whole = (np.abs(numbers) <= LARGEST_WHOLE) & (np.floor(numbers) == numbers)
    return pa.array(np.where(is_whole, numbers, 0).astype(np.int64), mask=~is_whole)


def _bigints(texts: pa.Array) -> pa.Array:
    shape = pc.fill_null(pc.match_substring_regex(texts, WHOLE), False)
    is_float = pc.fill_null(pc.match_substring_regex(texts, WHOLE_FLOAT), False)
    texts = pc.if_else(is_float, pc.replace_substring_regex(texts, r"\.0*$", ""), texts)
    texts = pc.if_else(
        pc.or_(shape, is_float), pc.utf8_ltrim(texts, "+"), pa.scalar(None, pa.string())
    )
    try:
        return pc.cast(texts, pa.int64())
    except pa.ArrowInvalid:  # a number of 19 digits beyond bigint
        return pa.array([_bigint(text) for text in texts.to_pylist()], pa.int64())


def _bigint(text: str | None) -> int | None:
    number = None if text is None else int(text)
    return number if number is not None and -(2**63) <= number < 2**63 else None


def _numbers(values: pa.Array, kind: pa.DataType) -> npt.NDArray[Any]:
    texts = pc.utf8_trim_whitespace(values)
    is_number = pc.fill_null(pc.match_substring_regex(texts, NUMBER), False)
    clean = pc.if_else(is_number, pc.utf8_ltrim(texts, "+"), pa.scalar(None, pa.string()))
    return _with_nan(pc.cast(clean, kind))


def _with_nan(numbers: pa.Array) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = pc.fill_null(numbers, np.nan).to_numpy(zero_copy_only=False)
    return found.copy()


def _moments(texts: pa.Array) -> Doubles:
    """Return seconds since 1970 of ISO 8601 texts, NaN of others."""
    return np.array([_moment(text) for text in texts.to_pylist()], np.float64)


def _moment(text: str | None) -> float:
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return float("nan")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
