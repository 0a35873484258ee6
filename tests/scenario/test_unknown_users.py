"""A rule about a number without sessions, a slip away from one that has some, is warned of."""

from __future__ import annotations

import pytest

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.lint.warnings import unknown_users

RECORD = '{callSorId: "15500000002", calledNumber: "899149138753490944", startTime: 1613421884000}'
RECORDS = f"sessions: {{records: [{RECORD}]}}\n"
USERS = 'sessions: {generate: {per_day: 0}, users: {"15500000002": 3}}\n'


def warned(sessions: str, number: str) -> list[str]:
    """List the warnings of a scenario with a rule about a number."""
    rule = f"rules:\n  - {{match: {{request: {{userMobile: {number}}}}}, respond: {{status: 500}}}}\n"
    return [str(each) for each in loader.loads((sessions + rule).encode(), "f.yaml", "f").warnings]


@pytest.mark.parametrize("sessions", [RECORDS, USERS], ids=["records", "users"])
@pytest.mark.parametrize(
    "number",
    ["1550000002", "155000000002", "15050000002", '{const: "1550000002"}'],
    ids=["less", "more", "swapped", "const"],
)
def test_a_slip_is_told_with_the_number_that_was_meant(sessions: str, number: str) -> None:
    written = number if number.startswith("{") else f'"{number}"'
    (warning,) = warned(sessions, written)
    assert warning.startswith("f.yaml:3:")
    assert 'no session here is of "15' in warning
    assert warning.endswith('did you mean "15500000002"?')


@pytest.mark.parametrize(
    ("sessions", "number"),
    [
        (RECORDS, '"15500000002"'),
        (RECORDS, '"15500000003"'),
        (RECORDS, '{pattern: "^1550000002$"}'),
        (USERS, '"15500000020"'),
        (USERS, '"1550000000"'),
        (USERS, '"550000002\u0020"'),
        ("sessions: {generate: {}}\n", '"1550000002"'),
        ('sessions: {generate: {}, users: {"15500000002": 3}}\n', '"1550000002"'),
        ("sessions: {records: []}\n", '"1550000002"'),
        ("", '"1550000002"'),
    ],
    ids=[
        "itself",
        "another user",
        "a pattern",
        "a neighbour",
        "a short one",
        "two slips",
        "anybody",
        "anybody too",
        "no records",
        "no sessions",
    ],
)
def test_other_numbers_are_not(sessions: str, number: str) -> None:
    assert not warned(sessions, number)


def test_each_number_of_a_record_that_is_sent_as_it_stands_has_it() -> None:
    record = RECORD.replace("{", '{userMobile: ["15500000002", "18612345678"], ', 1)
    sessions = f"sessions: {{derive: false, records: [{record}]}}\n"
    (warning,) = warned(sessions, '"1861235678"')
    assert warning.endswith('did you mean "18612345678"?')
    assert not warned(sessions, '"18612345678"')


@pytest.mark.parametrize("known", ["1" * 33, "15500000002"])
def test_numbers_longer_than_any_telephone_has_are_not_compared(
    known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    monkeypatch.setattr(unknown_users, "_without_one", lambda number, _kept=0: compared.append(number) or ())
    assert not warned(RECORDS.replace("15500000002", known), f'"{"1" * 33}2"')
    assert compared == ([known] if len(known) < 33 else [])
