"""Forgotten users are left out of what is read; others and the lines of their rows stay."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest

from colike.data.forgotten import Forgotten
from colike.data.reading.rows import Rejected, Rows


def forgotten(*users):
    nobody = Forgotten("salt")
    return Forgotten("salt", frozenset(nobody.hash_of(user) for user in users))


def test_a_hash_is_of_the_salt_and_the_id_as_text():
    assert forgotten().hash_of(17) == hashlib.sha256(b"salt17").hexdigest()
    assert Forgotten("other").hash_of(17) != forgotten().hash_of(17)
    assert forgotten(17).has("17")
    assert not forgotten(17).has(None)


@pytest.mark.parametrize("kind", [pa.int64(), pa.string()])
def test_users_are_told_apart_nulls_and_empty_columns_included(kind):
    users = pa.array([1, None, 2, 1, 12], pa.int64()).cast(kind)
    assert forgotten(1, 3).among(users).tolist() == [True, False, False, True, False]
    assert forgotten().among(users).tolist() == [False] * 5
    assert forgotten(1).among(users[:0]).tolist() == []
    assert forgotten(1).among(users[1:2]).tolist() == [False]


def test_rows_that_stay_keep_their_lines_and_rows_without_form_go_by_their_words():
    rows = Rows(
        pa.table({"item": [10, 20, 30, 40]}),
        lambda: np.array([2, 3, 5, 6]),
        (
            Rejected(4, "wrong_number_of_fields", '7;"reader 1"'),
            Rejected(7, "wrong_number_of_fields", "anna;1"),
            Rejected(8, "wrong_number_of_fields", "susanna;1"),
        ),
    )
    left = forgotten("anna").left_out(rows, pa.array(["bob", "anna", "anna", "eve"]))
    assert left.table.to_pydict() == {"item": [10, 40]}
    assert left.lines().tolist() == [2, 6]
    assert [row.line for row in left.rejected] == [4, 8]
    nobody = forgotten("zoe").left_out(rows, pa.array(["bob", "anna", "anna", "eve"]))
    assert nobody.table is rows.table
