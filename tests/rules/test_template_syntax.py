"""The grammar of placeholders: what each means, and a mistake told with its fix."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oifde_simulator.rules.templates.syntax import Filter, Placeholder, TemplateError, parse
from oifde_simulator.rules.templates.template import Template, compiled, is_whole, template
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors

# what is written: (part, name, filters)
GOOD: dict[str, tuple[str, str, tuple[Filter, ...]]] = {
    "{{request.callId}}": ("request", "callId", ()),
    "{{  request.callId\n}}": ("request", "callId", ()),
    "{{ headers.X-Trace.Id }}": ("headers", "X-Trace.Id", ()),
    "{{honest.status}}": ("response", "status", ()),
    "{{now}}": ("now", "", ()),
    "{{ count|upper }}": ("count", "", (Filter("upper"),)),
    '{{ "{{" }}': ("", "{{", ()),
    "{{ '}}' }}": ("", "}}", ()),
    '{{ request.a | default: "no | ne" | json }}': (
        "request", "a", (Filter("default", "no | ne"), Filter("json")),
    ),
    "{{ request.a|default:-1.5e3 }}": ("request", "a", (Filter("default", -1500.0),)),
    "{{ request.a | default: null }}": ("request", "a", (Filter("default", None),)),
    "{{ request.a | default: 'x' | default: true }}": (
        "request", "a", (Filter("default", "x"), Filter("default", True)),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), GOOD.items(), ids=GOOD)
def test_a_placeholder_is_a_source_and_its_filters(text: str, expected: tuple[Any, ...]) -> None:
    assert parse(text) == (Placeholder(text, *expected),)
    assert is_whole(text) == bool(expected[0])


def test_text_around_placeholders_stays_as_it_is() -> None:
    assert parse("a } }} { {{now}}}") == ("a } }} { ", Placeholder("{{now}}", "now", ""), "}")
    assert template("a } }} {") == "a } }} {"


WRONG = {
    "a {{ request.callId": "is never closed; close it with }}",
    "a {{ request.callId | default: \"x }}": "and each quotation mark",
    "{{}}": "is empty; write one of request.FIELD",
    "{{  }}": "is empty",
    "{{ {{now}} }}": "no placeholder stands in another",
    "{{{now}}}": "has three braces",
    "{{ | upper }}": "begins with no source",
    "{{ nwo }}": 'did you mean "now"?',
    "{{ response.total }}": "did you mean honest.total?",
    "{{ randomValue }}": "known are request.FIELD, headers.NAME, honest.FIELD, now, count",
    "{{ env.HOME }}": 'two braces as text are written {{ "{{" }}',
    "{{ request }}": "request needs a field, such as {{ request.callId }}",
    "{{ headers. }}": "headers needs a field, such as {{ headers.X-Trace }}",
    "{{ request.headers.X-Trace }}": "write {{ headers.X-Trace }}",
    "{{ request.body.callId }}": "write {{ request.callId }}",
    "{{ now.year }}": "now has no fields",
    "{{ headers.X(1) }}": "no header can be called",
    "{{ now upper }}": 'expected | and a filter, or }}, found "upper"',
    "{{ now | }}": "a filter is missing after |",
    "{{ now | uper }}": 'did you mean "upper"?',
    "{{ now | date: 'Y' }}": "known are default, upper, json",
    "{{ now | upper: 1 }}": "the filter upper takes no value",
    "{{ now | default }}": "the filter default needs a value",
    "{{ now | default: }}": "the filter default needs a value",
    "{{ now | default: | upper }}": "the filter default needs a value",
    "{{ now | default: none }}": "a text stands in quotes",
    "{{ now | default: NaN }}": "is no JSON",
    "{{ now | default: 01 }}": "is no JSON",
    "{{ now.__class__ }}": "now has no fields",
}  # fmt: skip


OUTSIDE = [
    "{{ env.HOME }}", "{{ os.environ }}", "{{ open('/etc/passwd') }}", "{{ file.page }}",
    "{{ include 'page.html' }}", "{{ __import__('os') }}", "{{ request.__class__.__mro__ }}",
    "{{ honest.__dict__ }}", "{{ now.__class__ }}", "{{ headers.__class__.__init__ }}", "{{ 'a'.__class__ }}",
    "{{ 1 + 1 }}", "{{ request['callId'] }}", "{{ request.callId.__len__() }}", "{{ now | eval }}",
    "{{ self }}", "{{ config }}", "{{ globals() }}", "{{ {{ now }} }}", "{{ now | default: open }}",
]  # fmt: skip
"""Ways by which other template engines reach the environment, files or Python."""


@pytest.mark.parametrize("text", OUTSIDE)
def test_a_template_reads_neither_environment_nor_files_nor_python(text: str) -> None:
    body = {"rules": [{"name": "a", "respond": {"status": 200, "body": text}}]}
    try:
        scenario = loader.loads(json.dumps(body).encode(), "acme.json", "acme")
    except ScenarioErrors as error:
        assert "rules[0].respond.body" in str(error)
    else:  # a name of a header that no request has
        assert text.startswith("{{ headers.")
        assert scenario.rules


@pytest.mark.parametrize(("text", "words"), WRONG.items(), ids=WRONG)
def test_a_mistake_is_told_with_its_fix(text: str, words: str) -> None:
    with pytest.raises(TemplateError) as caught:
        template(text)
    assert words in str(caught.value)


PARTS = st.sampled_from(
    ["{{", "}}", "{", "}", '"', "'", "|", ":", ".", " ", "request", "callId", "headers", "now", "default",
     "json", "x", "0", "\n"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PARTS, max_size=12).map("".join))


@given(TEXTS)
@example("{{" * 50_000)
@example('{{ now | default: "' + "x" * 100_000)
@example("{{now}}" * 20_000)
def test_any_text_is_a_template_or_a_mistake(text: str) -> None:
    try:
        made = template(text)
    except TemplateError as error:
        assert str(error)
        assert "{{" in text
    else:
        assert made == text if "{{" not in text else isinstance(made, Template)


@given(TEXTS, st.sampled_from(["body", "errorMsg", "json"]))
def test_any_text_gives_a_scenario_or_a_mistake_with_its_place(text: str, key: str) -> None:
    respond = {key: [text] if key == "json" else text} | ({"errorCode": 5} if key == "errorMsg" else {})
    try:
        scenario = loader.from_json({"rules": [{"respond": respond}]}, "f.yaml", "f")
    except ScenarioErrors as errors:
        (error,) = errors.errors
        assert error.path[:4] == ("rules", 0, "respond", key)
    else:
        assert len(scenario.rules) == 1


def test_a_value_without_placeholders_stays_the_same_object() -> None:
    value = {"a": [1, "x", {"b": None}], "c": "}}"}
    assert compiled(value) is value
    made = compiled({"a": ["{{now}}"], "b": value})
    assert made["b"] is value
