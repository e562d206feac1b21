from importlib import resources

import pytest
import yaml
from pydantic import ValidationError

from colike import columns as C
from colike.tables import IdTypes, TableContract, contracts
from colike.tables.contracts import Check, parse_type
from colike.tables.store import ddl

# The tables of the design, but for `item_colikes`, which is optional there.
TABLES = {
    "ratings": ("user_id", "item_id"),
    "items": ("item_id",),
    "quarantine": (),
    "user_history": ("user_id",),
    "item_similarity": ("item_a", "item_b"),
    "training_pairs": ("pair_id",),
    "models": ("model_id",),
    "item_embeddings": ("model_id", "item_id"),
    "item_neighbours": ("source", "item_id", "rank"),
    "recommendations": ("source", "history", "user_id", "rank"),
    "evaluation": ("run_id", "source", "protocol", "segment", "metric", "k", "versus"),
    "runs": ("run_id", "job", "entry"),
    "published_recommendations": ("run_id", "user_id", "rank"),
    "published_neighbours": ("run_id", "item_id", "rank"),
    "published_items": ("run_id", "item_id"),
    "published_pairs": ("run_id", "item_a", "item_b"),
    "champion_moves": None,  # append only: the last row counts
}
BIGINT = IdTypes("bigint", "bigint")
each_table = pytest.mark.parametrize("table", sorted(contracts()))


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_of_the_design_has_a_contract_with_its_key(table):
    contract = contracts()[table]
    if TABLES[table] is not None:
        assert tuple(contract.primary_key) == TABLES[table]


@each_table
def test_a_contract_says_grain_owner_and_what_every_column_means(table):
    contract = contracts()[table]
    assert contract.grain.startswith("one row per ")
    assert contract.description.strip()
    assert contract.owner.strip()
    assert all(column.comment.strip() for column in contract.columns)


@each_table
def test_a_contract_is_consistent_in_itself(table):
    contract = contracts()[table]
    names = [column.name for column in contract.columns]
    assert len(names) == len(set(names))
    assert set(contract.primary_key) <= set(names)
    assert set(contract.clustering) <= set(names)
    checks = [check.name for check in contract.checks]
    assert len(checks) == len(set(checks))


@each_table
def test_every_row_names_its_run(table):
    run_id = {column.name: column for column in contracts()[table].columns}[C.RUN_ID]
    assert (run_id.type, run_id.nullable) == ("string", False)


def test_a_contracts_file_has_its_tables_name():
    folder = resources.files("colike.conf").joinpath("tables")
    for file in folder.iterdir():
        if file.name.endswith(".yml"):
            assert yaml.safe_load(file.read_text("utf-8"))["table"] == file.name[:-4]


@each_table
@pytest.mark.parametrize("ids", [BIGINT, IdTypes("string", "string")], ids=["bigint", "string"])
def test_ids_have_the_data_sets_type_wherever_they_stand(table, ids):
    contract = contracts()[table]
    types = {field.name: field.dataType.simpleString() for field in contract.spark_schema(ids)}
    for column in contract.columns:
        expected = column.type.replace(" ", "")
        for kind in ("user_id", "item_id"):
            if expected == kind:
                assert types[column.name] == getattr(ids, kind)
    if C.BECAUSE in types:
        assert types[C.BECAUSE] == f"array<struct<item_id:{ids.item_id},part:double>>"


@pytest.mark.parametrize("text", ["text", "array<text>", "map<string,number>"])
def test_a_type_that_no_table_may_have_is_refused(text):
    with pytest.raises(KeyError):
        parse_type(text, BIGINT)


def test_a_contract_with_a_key_that_does_not_exist_is_refused():
    tree = contracts()["ratings"].model_dump()
    with pytest.raises(ValidationError, match="extra"):
        TableContract.model_validate({**tree, "partitions": ["user_id"]})
    with pytest.raises(ValidationError, match="freshness"):
        TableContract.model_validate({**tree, "freshness": "sometimes"})


@each_table
def test_the_ddl_carries_comments_nullability_checks_and_no_deletion_vectors(table):
    contract = contracts()[table]
    statement = ddl(contract, f"delta.`/store/tables/{table}`", BIGINT)
    assert "'delta.enableDeletionVectors' = 'false'" in statement
    for column, field in zip(contract.columns, contract.spark_schema(BIGINT), strict=True):
        (line,) = [line for line in statement.splitlines() if f" `{column.name}` " in line]
        assert field.dataType.simpleString() in line
        assert column.comment.replace("'", "\\'") in line
        assert (" NOT NULL " in line) is not column.nullable
    for check in contract.checks:
        is_enforced = f"'delta.constraints.{check.name}'" in statement
        assert is_enforced is (check.severity == "fail")


def test_a_check_stops_a_job_unless_its_severity_is_warn():
    assert Check(name="some", sql="n > 0").severity == "fail"
    with pytest.raises(ValidationError, match="severity"):
        Check(name="some", sql="n > 0", severity="maybe")
    items = contracts()["items"]
    severities = {check.name: check.severity for check in items.checks}
    assert severities["has_title"] == "fail"
    assert severities["synopsis_has_text"] == "warn"
    assert {name for name, kind in severities.items() if kind == "fail"} == {*items.constraints}
