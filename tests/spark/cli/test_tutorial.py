"""docs/tutorial.md, typed: its first commands print what the page says they do."""

from ...pages import ROOT, transcript

TUTORIAL = transcript(ROOT / "docs" / "tutorial.md")
# All that takes seconds; the rest is the whole chain.
CHEAP = ("generate", "init", "check")
FILES = ("my-data", "my.yml")


def test_the_first_commands_print_what_the_page_shows(spark, typed, tmp_path):
    begin = TUTORIAL[: len(CHEAP)]
    assert tuple(words[0] for words, _ in begin) == CHEAP
    for words, shown in begin:
        # Spark's tasks have a working folder of their own.
        typed_words = [str(tmp_path / word) if word in FILES else word for word in words]
        code, out, err = typed(*typed_words)
        assert code == 0, err
        assert out.replace(f"{tmp_path}/", "").splitlines() == shown.splitlines()
