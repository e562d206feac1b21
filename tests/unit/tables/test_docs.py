from pathlib import Path

from colike.tables import contracts
from colike.tables.contracts import Check, Column, TableContract
from colike.tables.docs import page, section
from colike.tables.view_files import views

PAGE = Path(__file__).parents[3] / "docs" / "tables.md"


def test_the_page_is_what_the_contracts_say_now():
    made = page(contracts().values(), views().values())
    assert PAGE.read_text("utf-8") == made, "run: make pages"


def test_a_section_names_the_key_the_checks_and_every_column():
    contract = TableContract(
        table="beans",
        description="Beans by jar.",
        grain="one row per jar",
        primary_key=["jar"],
        owner="kitchen",
        freshness="nightly",
        clustering=[],
        checks=[
            Check(name="some", sql="n > 0"),
            Check(name="many", sql="n > 9", severity="warn"),
        ],
        columns=[Column(name="jar", type="string", nullable=False, comment="Red | blue")],
    )
    assert section(contract).splitlines() == [
        "## beans",
        "",
        "Beans by jar.",
        "",
        "- Grain: one row per jar",
        "- Primary key: `jar`",
        "- Freshness: nightly",
        "- Owner: kitchen",
        "- Checks: `some`: `n > 0`, `many` (warn): `n > 9`",
        "",
        "| column | type | null | meaning |",
        "| --- | --- | --- | --- |",
        "| `jar` | `string` | no | Red \\| blue |",
    ]
