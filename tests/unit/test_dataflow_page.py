"""docs/dataflow.md lists the jobs and their tables as the stages declare them."""

from pathlib import Path

import pytest

from colike.run.chain import JOBS, stages

PAGE = Path(__file__).parents[2] / "docs" / "dataflow.md"
# Their cells are words: files of the config, and all tables.
IN_WORDS = {"ingest": {"reads"}, "maintain": {"reads", "writes"}}
STAGES = {stage.name: stage for stage in stages(JOBS)}


def rows():
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {
        job: dict(zip(("reads", "writes"), tables, strict=True))
        for job, *tables in cells
        if job in JOBS
    }


def test_the_page_lists_the_jobs_in_their_order():
    assert tuple(rows()) == JOBS


@pytest.mark.parametrize("column", ["reads", "writes"])
@pytest.mark.parametrize("job", JOBS)
def test_the_page_names_the_tables_of_each_job(job, column):
    if column not in IN_WORDS.get(job, set()):
        assert set(rows()[job][column].split(", ")) == set(getattr(STAGES[job], column))
