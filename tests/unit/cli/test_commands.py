"""What the commands refuse before they start Spark."""


def test_a_store_that_is_not_there_is_one_sentence_with_the_remedy(typed, tmp_path):
    missing = str(tmp_path / "nowhere")
    code, out, err = typed("leaderboard", "--store", missing)
    assert (code, out) == (2, "")
    assert f"There is no store at {missing}" in err
    assert f"colike run CONF --store {missing}" in err


def test_an_unknown_job_is_refused_with_the_jobs_there_are(typed):
    code, _, err = typed("run", "conf/mal2020.yml", "--only", "cook")
    assert code == 2
    assert "no job 'cook'" in err
    assert "ingest, similarity, pairs" in err


def test_a_typo_in_a_setting_names_the_place_and_the_allowed_keys(typed):
    code, _, err = typed("run", "conf/mal2020.yml", "--set", "recommend.kk=3")
    assert code == 2
    assert "recommend.kk: unknown key" in err
    assert "neighbours_per_item" in err


def test_input_files_cannot_be_read_as_they_were(typed):
    code, _, err = typed("run", "conf/mal2020.yml", "--as-of", "2026-11-20T03:00:00Z")
    assert code == 2
    assert "data.ratings: as_of means nothing where format is csv" in err
