import json

from colike.cli.run import print_plan
from colike.run.plan import Planned

PLANNED = [
    Planned("ingest", False, [], 3.25),
    Planned("pairs", True, ["the code changed", "table items changed (version 1, now 2)"], None),
]


def test_a_plan_is_a_line_per_job_with_why_it_would_run(capsys):
    print_plan(PLANNED, as_json=False)
    cells = [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("│")
    ]
    assert cells == [
        ["ingest", "no", "3.2", "nothing to do"],
        ["pairs", "yes", "", "the code changed; table items changed (version 1, now 2)"],
    ]


def test_a_plan_as_json_has_the_same_for_a_program(capsys):
    print_plan(PLANNED, as_json=True)
    first, second = json.loads(capsys.readouterr().out)
    assert first == {"job": "ingest", "runs": False, "why": [], "last_seconds": 3.25}
    assert (second["runs"], second["last_seconds"], len(second["why"])) == (True, None, 2)
