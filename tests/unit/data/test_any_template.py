"""Any template describes items, or is refused in one sentence, in bounded time and memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colike.data.descriptions import MOST_CHARACTERS, clean, renderer
from colike.errors import ConfigError

from ..cases import FUZZED, one_sentence

ITEM = ("A title", {"Genres": "Action, Drama"}, "One day. And another.")
SECONDS, MEMORY = "it takes more than 1 s; make it simpler", "it takes more than 256 MiB"
ENDLESS = {
    "{{ 1 / 0 }}": "fails for 'A title': division by zero",
    "{{ title * 10**10 }}": MEMORY,
    "{{ 'a' * 10**10 }}": MEMORY,
    "{{ 10 ** (10 ** 9) }}": SECONDS,
    "{{ title | center(10**10) }}": MEMORY,
    "{{ '%10000000000d' | format(1) }}": MEMORY,
    "{{ '{:10000000000d}'.format(1) }}": MEMORY,
    "{{ [1] | batch(10**9, 'x') | list }}": MEMORY,
    "{% set a = title %}" + "{% set a = a ~ a %}" * 60 + "{{ a | length }}": MEMORY,
    "{% for a in range(10**9) %}x{% endfor %}": "Range too big",
    "{% for a in range(10**5) %}{% for b in range(10**5) %}{% endfor %}{% endfor %}": SECONDS,
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}": "it is nested too deep",
    "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(60) }}": (
        SECONDS
    ),
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}": "cannot be read: it is nested too deep",
    "{{ 'x' * 2000000 }}": f"it makes 2,000,000 characters, and {MOST_CHARACTERS:,} do",
    "{{ title | random }}": "No filter named 'random'",
    "{{ lipsum() }}": "uses lipsum, which items do not have",
    "{% include 'x' %}": "no loader",
    "{{ title.upper }}": "it writes a builtin_function_or_method, which is no text",
    "{{ Genres | map('upper') }}": "it writes a generator, which is no text",
    "{{ self }}": "it writes a TemplateReference, which is no text",
    "{{ title.nothing.more }}": "has no attribute 'nothing'",
    "{{ title + title['x' * 99999] }}": "has no attribute 'xxxx",
}  # fmt: skip
ATOMS = [
    "title", "synopsis", "Genres", "attributes", "attributes['Genres']", "nothing", "none", "'x'",
    "''", "1", "0", "-1", "99999", "1e9", "[]", "[1, 'a']", "{}", "{'a': 1}", "loop", "loop.index",
    "m", "range(3)", "range(100000)", "dict(a=1)", "namespace(a=1)", "cycler(1, 2)", "joiner()",
    "self", "caller", "true", "title.__class__", "10**9", "('x' * 99999)",
]  # fmt: skip
FILTERS = [
    "upper", "length", "center(9)", "center(10**9)", "replace('a', title)", "join", "join(title)",
    "list", "sort", "first", "last", "int", "float", "abs", "round(-9)", "format(1)",
    "default('x')",
    "truncate(3)", "wordwrap(2)", "batch(3, 'x')", "batch(10**9, 'x')", "slice(9)", "map('upper')",
    "select", "sum", "unique", "groupby('a')", "tojson", "urlize", "string", "reverse", "indent(9)",
    "xmlattr", "dictsort", "items", "attr('a')", "nosuch", "filesizeformat", "max", "striptags",
]  # fmt: skip
OPERATORS = [" + ", " - ", " * ", " / ", " // ", " % ", " ** ", " ~ ", " == ", " < ", " in ",
             " and ", " or ", " is ", "."]  # fmt: skip
EXPRESSIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda below: st.one_of(
        st.builds("{} | {}".format, below, st.sampled_from(FILTERS)),
        st.builds("{}{}{}".format, below, st.sampled_from(OPERATORS), below),
        st.builds("({})".format, below),
        st.builds("({} if {} else {})".format, below, below, below),
        st.builds("{}[{}]".format, below, below),
        st.builds("{}({})".format, below, below),
    ),
    max_leaves=6,
)
OPENINGS = [
    "{{% if {} %}}", "{{% for a in {} %}}", "{{% set a = {} %}}", "{{% set a %}}",
    "{{% with b={} %}}",
    "{{% filter {} %}}", "{{% macro m(n) %}}", "{{% call m({}) %}}", "{{% block b %}}",
    "{{% elif {} %}}", "{{% include {} %}}", "{{% raw %}}",
]  # fmt: skip
FIXED = [
    "{% endif %}", "{% endfor %}", "{% endset %}", "{% endwith %}", "{% endfilter %}", "{% else %}",
    "{% endmacro %}", "{% endcall %}", "{% endblock %}", "{% endraw %}", "{#", "#}", "{{", "}}",
    "{%",
    "%}", "text ", "\0", "\u200b", "\ud800", "é", "\n", "{{ m(9) }}", "{{ a ~ a }}",
    "{% set a = a ~ a %}", "{% set a = a * 99 %}",
]  # fmt: skip
PIECES = st.one_of(
    st.builds("{{{{ {} }}}}".format, EXPRESSIONS),
    st.builds(str.format, st.sampled_from(OPENINGS), EXPRESSIONS),
    st.sampled_from(FIXED),
    st.builds(
        "{{% for a in {} %}}{{{{ {} }}}}{{% endfor %}}".format, EXPRESSIONS, EXPRESSIONS
    ),
    st.builds("{{% if {} %}}{{{{ {} }}}}{{% endif %}}".format, EXPRESSIONS, EXPRESSIONS),
    st.text(max_size=5),
)  # fmt: skip
TEMPLATES = st.builds(
    lambda pieces, times: "".join(pieces) * times,
    st.lists(PIECES, max_size=8),
    st.sampled_from([1, 1, 1, 30]),
)


@pytest.mark.parametrize("template", ENDLESS, ids=range(len(ENDLESS)))
def test_a_template_that_cannot_end_well_is_refused_in_one_sentence_with_the_remedy(template):
    errors = []
    with one_sentence(errors):
        renderer(template, ["Genres"], 50)(*ITEM)
    assert errors, "it was taken"
    assert ENDLESS[template] in errors[0]
    assert errors[0].startswith("descriptions.template")


def test_a_constant_is_worked_out_within_bounds_before_any_item():
    with pytest.raises(ConfigError, match=r"^descriptions\.template cannot be read: it takes more"):
        renderer("{{ 5 | round(-10**9) }}", [], 5)


@FUZZED
@given(TEMPLATES)
def test_any_template_describes_an_item_or_is_one_sentence(template):
    with one_sentence([]):
        text, _ = renderer(template, ["Genres"], 50)(*ITEM)
        assert text == clean(text)
        assert 0 < len(text) <= MOST_CHARACTERS
