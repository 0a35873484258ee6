"""Modules of the page that compute, run in a browser: YAML, expectations, metrics, rules of the form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from browsing import opened
from controlling import Controlling
from oifde_simulator import resources
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.yaml.tree import read

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow

TEXTS = [
    "", "a", "yes", "No", "y", "null", "~", "12", "1e3", "012", "+08:00", "12:30:45", "2021-04-16",
    "a: b", "a #b",
    "- x", "*x", "&x", "\U0001f60a", "\x00", "\x7f", "\x85", "\u2028", "\ufeff", "“2”", "tab\t", "two\nlines",
    "  blanks ", "'q'", '"d"', "\\", "=", "<<", "0x1F", ".inf", "1_000", "{a}", "[b]", "%", "@", "`",
    "|", ">",
    "\u3000", "true", "-", "---", "...", "?", "x:", "\u202e",
]  # fmt: skip


@pytest.fixture(scope="module")
def tab(browser: Any, served: Controlling) -> Iterator[Any]:
    """Open the page once: these functions leave nothing in it."""
    with opened(browser, served) as page:
        page.goto("/#/gallery")
        yield page


@pytest.fixture
def call(tab: Any, served: Controlling) -> Any:
    """Call a function of a module of the page with JSON."""

    def run(module: str, function: str, *given: Any) -> Any:
        script = "([module, name, given]) => import(module).then((found) => found[name](...given))"
        url = f"{served.simulator.control_url}/console/{module}"
        return tab.evaluate(script, [url, function, json.loads(json.dumps(given))])

    return run


@pytest.mark.parametrize(
    "value",
    [
        TEXTS,
        {text: text for text in TEXTS},
        [[text, {text: [text, {}]}, []] for text in TEXTS],
        {"rules": [{"name": "a", "match": {"request": {"userMobile": "1"}},
                    "one_of": [{"weight": 1}, {"faults": ["cut"]}]}]},
        [None, True, False, 0, -5, 1.5, 1618558942000, {"a": {"b": {"c": ["x" * 100]}}}],
    ],
)  # fmt: skip
def test_yaml_that_the_page_writes_is_read_as_what_it_was(call: Any, value: Any) -> None:
    text = call("core/yaml.js", "toYaml", {"x-value": value})

    tree = read(text.encode(), "page.yaml")

    assert tree.errors == ()
    assert tree.root.value == {"x-value": value}


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ({"atLeast": "1", "userMobile": "7"}, {"expect": [{"atLeast": 1, "match": {"userMobile": "7"}}]}),
        (
            {"atLeast": "2", "atMost": "2", "status": "503"},
            {"expect": [{"count": 2, "match": {"status": 503}}]},
        ),
        ({"atMost": "0"}, {"expect": [{"atMost": 0, "match": {}}]}),
        ({"kind": "none", "rule": "true"}, {"expect": [{"none": {"rule": True}}]}),
        ({"kind": "pagesWalked", "tenant": "a"}, {"expect": [{"pagesWalked": True}], "tenant": "a"}),
        (
            {"tenant": "false", "since": "7"},
            {"expect": [{"atLeast": 1, "match": {}}], "tenant": False, "since": 7},
        ),
        ({"status": '{"minimum": 500}'}, {"expect": [{"atLeast": 1, "match": {"status": {"minimum": 500}}}]}),
        (
            {"spoiled": "true", "text": "true"},
            {"expect": [{"atLeast": 1, "match": {"spoiled": True, "text": "true"}}]},
        ),
        ({"userMobile": "{"}, {"expect": [{"atLeast": 1, "match": {"userMobile": "{"}}]}),
    ],
)
def test_the_form_asks_for_what_it_says(
    call: Any, served: Controlling, form: dict[str, str], body: dict[str, Any]
) -> None:
    served.make("good-day", "a") if served("GET", "/tenants/a").status == 404 else None

    assert call("views/verdicts/expectation.js", "expectation", form) == body
    assert served("POST", "/verify", body).status == 200


def test_metrics_are_read_as_the_server_writes_them(call: Any, served: Controlling) -> None:
    served.query(
        served.make('tenant: {id: "q\\\\uo\\"te"}\n' + "rules: [{name: down, respond: {status: 503}}]\n")
    )

    samples = call("views/verdicts/metrics.js", "parse", served("GET", "/metrics").body.decode())

    (group,) = [
        each for each in call("views/verdicts/metrics.js", "outcomes", samples) if each["rule"] == "down"
    ]
    assert (group["status"], group["count"]) == ("503", 1)
    assert call("views/verdicts/metrics.js", "total", samples, "oifde_requests_total") >= 1
    assert call("views/verdicts/metrics.js", "quantile", samples, 1) is not None


def test_no_requests_have_no_latency(call: Any) -> None:
    assert call("views/verdicts/metrics.js", "quantile", [], 0.5) is None


def test_rules_of_the_form_keep_their_match_and_get_a_free_name(call: Any) -> None:
    rules = [
        {"name": "cut", "match": {"endpoint": "gettoken", "request": {"pageNum": "2"}}, "faults": ["cut"]}
    ]

    (rule,) = call(
        "views/tenants/rule.js", "adapted", rules, {"userMobile": "7", "times": "3"}, ["cut", "cut-2"]
    )

    assert rule == {
        "name": "cut-3", "match": {"endpoint": "gettoken", "request": {"pageNum": "2", "userMobile": "7"}},
        "times": 3, "faults": ["cut"],
    }  # fmt: skip


def test_braces_that_were_sent_are_written_as_text_into_a_copied_rule(call: Any) -> None:
    entry = {
        "number": 1, "rule": "r", "faults": [], "status": 200, "errorCode": None, "honest": {"status": 200},
        "endpoint": "queryRecordHistory", "request": {"fields": {}},
    }  # fmt: skip
    sent = {"text": '{"a":["{{ x }}"]}', "headers": []}
    bodies = {"whole": True, "sent": sent, "honest": {"text": "{}", "status": 200}, "changes": []}

    made = call("views/exchanges/copy/rule.js", "ruleOf", entry, bodies, None)["rule"]

    assert made["respond"]["json"] == {"a": ['{{ "{{" }} x }}']}
    scenario = loader.from_json({"rules": [made]}, "f.yaml", "f")
    assert scenario.rules[0].name == "r"


def test_each_scenario_of_the_gallery_is_written_as_the_rules_it_has(call: Any, served: Controlling) -> None:
    for path in sorted(resources.scenarios().iterdir()):
        if path.suffix != ".yaml":
            continue
        rules = read(path.read_bytes(), path.name).root.value.get("rules", [])
        text = call("core/yaml.js", "toYaml", rules)
        assert read(text.encode(), path.name).root.value == rules, path.name
        assert not re.search(r"[ \t]$", text, re.MULTILINE)


ENTRY = {
    "number": 7, "at": "2026-01-01T00:00:00.000Z", "tenant": "acme", "endpoint": "gettoken", "status": 200,
    "errorCode": 0, "rule": "told", "rules": ["told"], "faults": [], "script": [], "request": {"fields": {}},
    "honest": {"status": 200, "errorCode": 0}, "response": {"text": "{}", "cut": False, "headers": []},
}  # fmt: skip
BODY = {"status": 200, "text": "{}"}


def test_a_rule_that_is_copied_has_the_headers_that_were_sent(call: Any) -> None:
    honest = {**BODY, "headers": [["Content-Type", "a"], ["Server", "s"], ["X-Same", "1"]]}
    sent = {
        **BODY,
        "headers": [["content-type", "b"], ["X-Same", "1"], ["X-A", "c"], ["X-Simulator-Rule", "told"]],
    }
    bodies = {"whole": True, "changes": [], "sent": sent, "honest": honest}

    copied = call("views/exchanges/copy/rule.js", "ruleOf", ENTRY, bodies, None)

    assert copied["rule"]["headers"] == {"content-type": "b", "X-A": "c", "Server": None}
    assert copied["note"] == "asRuleSeen"


def test_a_rule_of_the_gallery_that_went_along_is_copied_as_one(call: Any) -> None:
    added = [{"also": True, "headers": {"X-A": "c"}}, {"also": True, "one_of": [{"headers": {"X-A": "c"}}]}]
    for does in added:
        rule = {"name": "told", "after": 3, **does}
        copied = call("views/exchanges/copy/rule.js", "ruleOf", ENTRY, None, rule)
        expected = {"name": "told", "match": {"endpoint": "gettoken"}, "also": True, "headers": {"X-A": "c"}}
        assert copied["rule"] == expected


def test_an_outcome_names_each_rule_that_fired(call: Any) -> None:
    both = {**ENTRY, "rules": ["slow", "told"], "outcome": {"how": "complete"}}
    older = {**{name: value for name, value in both.items() if name != "rules"}}
    assert [call("views/exchanges/outcome.js", "words", each) for each in (both, older)] == [
        "spoiled by slow, told",
        "spoiled by told",
    ]
