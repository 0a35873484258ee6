"""Filters from parameters: accepted entries and near misses."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter

import pytest
from test_bounds import exchange

from conftest import TOKEN
from journals import Journal
from oifde_simulator.journal.filter_parameters import WrongParameter
from oifde_simulator.journal.filters import entry_keys
from oifde_simulator.journal.journal import nearest
from oifde_simulator.journal.redaction.redactor import Redactor


@pytest.fixture
def journal() -> Journal:
    """Journal of three exchanges: of acme, of an unknown tenant, and one that a rule spoiled."""
    journal = Journal()
    good = exchange("acme", userMobile="18000000001", pageNum="1", authToken=TOKEN)
    good.outcome.end("complete")
    journal.record(good)
    nobody = exchange("", at=1000)
    nobody.endpoint = ""
    journal.record(nobody)
    spoiled = exchange("acme", at=2000, userMobile="18100000001", pageNum="2")
    spoiled.rule = "down"
    spoiled.outcome.end("client left")
    journal.record(spoiled)
    return journal


# parameters: the numbers of the entries that fit
FOUND: dict[str, list[int]] = {
    "": [1, 2, 3],
    "tenant=acme": [1, 3],
    "tenant=": [],
    "tenant=false": [2],
    "tenant=true": [1, 3],
    'tenant={"enum":["acme"]}': [1, 3],
    "tenant=nobody": [],
    "endpoint=queryRecordHistory": [1, 3],
    "endpoint=false": [2],
    "rule=down": [3],
    "rule=false": [1, 2],
    "status=200": [1, 2, 3],
    "status=503": [],
    'status={"minimum":500}': [],
    "errorCode=0": [1, 2, 3],
    "userMobile=18000000001": [1],
    'userMobile={"pattern":"^181"}': [3],
    "userMobile=false": [2],
    "request.pageNum=2": [3],
    "request.other=true": [],
    "pageNum=2&tenant=acme": [3],
    "pageNum=2&tenant=other": [],
    f"authToken={TOKEN}": [1],
    f"authToken={Redactor('0').fingerprint(TOKEN)}": [1],
    "authToken=other": [],
    "outcome=complete": [1],
    "outcome=client left": [3],
    "outcome=closed": [],
    "outcome=true": [1, 3],
    "outcome=false": [2],
    'outcome={"enum":["reset","client left"]}': [3],
    "headers.host=vendor": [1, 2, 3],
    "response.total=0": [1, 2, 3],
    "response.status=200": [1, 2, 3],
    "response.errorMsg=Success": [1, 2, 3],
    "spoiled=true": [3],
    "spoiled=false": [1, 2],
    "spoiled=true&tenant=false": [],
    "text=": [1, 2, 3],
    "text=18100000001": [3],
    "text=1800000": [1],
    "text=DOWN": [3],
    "text=acme": [1, 3],
    "text=queryrecord": [1, 2, 3],
    "text=success": [1, 2, 3],
    "text=true": [],
    "text=no such words": [],
    f"text={TOKEN}": [1],
    "text=18100000001&rule=false": [],
    "since=1": [2, 3],
    "since=1970-01-01T00:00:01Z": [2, 3],
}


def pairs(query: str) -> list[tuple[str, str]]:
    return [tuple(each.split("=", 1)) for each in query.split("&") if each]  # type: ignore[misc]


@pytest.mark.parametrize(("query", "expected"), FOUND.items(), ids=FOUND.keys())
def test_parameters_find_entries_and_say_why_not_others(
    journal: Journal, query: str, expected: list[int]
) -> None:
    wanted = journal.filter(pairs(query))
    entries = journal.entries(wanted.tenant, wanted.since)
    assert [entry.number for entry in entries if wanted.accepts(entry)] == expected
    for entry in journal:
        since = wanted.since
        of_age = entry.number > since.number and (since.at is None or entry.at >= since.at)
        assert (of_age and not wanted.difference(entry)) is wanted.accepts(entry)


def test_a_text_is_found_in_the_answer_that_a_rule_spoiled(journal: Journal) -> None:
    spoiled = exchange("acme")
    spoiled.rule, spoiled.response = "down", replace(spoiled.response, body=b"<h1>Bad Gateway</h1>")
    journal.record(spoiled)
    wanted = journal.filter([("text", "bad gateway")])
    assert [entry.number for entry in journal if wanted.accepts(entry)] == [4]
    (mismatch,) = wanted.difference(journal.get(1))
    assert (mismatch.place, mismatch.expected) == ("text", 'a text with "bad gateway"')
    assert len(mismatch.found) < 300


def test_no_exchange_waits_for_a_search_of_text(journal: Journal) -> None:
    assert journal.filter([("text", "a")]).backtracks
    assert not journal.filter([("spoiled", "true")]).backtracks


# parameters: whether an exchange with the warnings "a" and "b" fits, and whether one without any does
OF_WARNINGS = {
    "warnings=true": (True, False),
    "warnings=false": (False, True),
    "warnings=b": (True, False),
    "warnings=ab": (False, False),
    'warnings={"pattern":"^a$"}': (True, False),
    'warnings={"minLength":2}': (False, False),
}


@pytest.mark.parametrize(("query", "expected"), OF_WARNINGS.items(), ids=OF_WARNINGS.keys())
def test_of_several_warnings_one_has_to_fit(
    journal: Journal, query: str, expected: tuple[bool, bool]
) -> None:
    warned = exchange("acme")
    warned.honest = replace(warned.honest, warnings=("a", "b"))
    journal.record(warned)
    wanted = journal.filter(pairs(query))
    without, with_two = sorted(journal, key=attrgetter("number"))[-2:]
    for entry, fits in zip((with_two, without), expected, strict=True):
        assert wanted.accepts(entry) is fits
        assert [each.place for each in wanted.difference(entry)] == ([] if fits else ["warnings"])


def test_a_difference_lists_all_warnings(journal: Journal) -> None:
    warned = exchange("acme")
    warned.honest = replace(warned.honest, warnings=("a", "b"))
    journal.record(warned)
    entry = max(journal, key=attrgetter("number"))
    (mismatch,) = journal.filter([("warnings", "false")]).difference(entry)
    assert (mismatch.expected, mismatch.found) == ("not to be there", '"a"; "b"')


WRONG = {
    "outcome=completed": (
        "outcome: expected one of complete, closed, reset, client left, or false (under way), "
        'found "completed"; did you mean "complete"?'
    ),
    "outcome=under way": 'or false (under way), found "under way"',
    "tenent=acme": 'unknown parameter "tenent"; did you mean "tenant"?',
    "x=1": "request.NAME for another field",
    "status=ok": 'status: expected a whole number, true, false or a JSON Schema, found "ok"',
    "status=1&status=2": "status is there twice",
    'tenant={"enum":': "what begins with { is a JSON Schema",
    'userMobile={"type":"text"}': "userMobile: expected a JSON Schema",
    "since=yesterday": "since: expected a number, or an instant",
    "since=-1": "since: expected a number, or an instant",
    "request.=1": "unknown parameter",
}


@pytest.mark.parametrize(("query", "message"), WRONG.items(), ids=WRONG.keys())
def test_a_wrong_parameter_is_told(journal: Journal, query: str, message: str) -> None:
    with pytest.raises(WrongParameter) as raised:
        journal.filter(pairs(query))
    assert message in str(raised.value)


SAME = {
    "tenant=acme&status=503": "status=503&tenant=acme",
    "userMobile=1&pageNum=2": "request.pageNum=2&request.userMobile=1",
    'status={"minimum":1,"maximum":2}': 'status={"minimum": 1, "maximum": 2}',
}
DIFFERENT = [("status=503", "status=504"), ("status=503", "errorCode=503"), ("since=1", "since=2")]
DIFFERENT += [
    ("rule=true", "rule=false"),
    ("request.x=1", "headers.x=1"),
    ("tenant=a", "rule=a"),
    ("", "rule=a"),
]


@pytest.mark.parametrize(("one", "other"), [*SAME.items(), *DIFFERENT])
def test_filters_are_one_if_and_only_if_they_ask_for_the_same(journal: Journal, one: str, other: str) -> None:
    canonical = {journal.filter(pairs(each)).canonical for each in (one, other)}
    assert len(canonical) == (1 if one in SAME else 2)


@pytest.mark.parametrize("query", FOUND)
def test_what_a_filter_accepts_has_each_of_its_keys(journal: Journal, query: str) -> None:
    wanted = journal.filter(pairs(query))
    for entry in journal:
        assert not wanted.accepts(entry) or set(wanted.index_keys) <= set(entry_keys(entry))


def test_the_nearest_misses_come_first_with_every_difference(journal: Journal) -> None:
    wanted = journal.filter(pairs("tenant=acme&userMobile=18000000001&pageNum=2"))
    misses = nearest(wanted, journal)
    assert [(miss.entry.number, list(map(str, miss.differences))) for miss in misses][:2] == [
        (3, ['request.userMobile: expected "18000000001", found "18100000001"']),
        (1, ['request.pageNum: expected "2", found "1"']),
    ]
    assert len(misses[2].differences) == 3
