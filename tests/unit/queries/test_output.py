from colike.queries.output import print_rows


def test_a_title_in_brackets_or_colons_is_printed_as_it_is(capsys):
    print_rows(["title"], [{"title": "[Oshi no Ko]"}, {"title": "Aria :heart: [bold]"}])

    printed = capsys.readouterr().out
    assert "[Oshi no Ko]" in printed
    assert "Aria :heart: [bold]" in printed
