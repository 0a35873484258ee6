"""A rule about a number without sessions, a slip away from one that has some, is warned of."""

from __future__ import annotations

import pytest

from oifde_simulator.scenario import loader

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
    ["1550000002", "155000000002", "15500000020", '{const: "1550000002"}'],
    ids=["less", "more", "swapped", "const"],
)
def test_a_slip_is_told_with_the_number_that_was_meant(sessions: str, number: str) -> None:
    written = number if number.startswith("{") else f'"{number}"'
    (warning,) = warned(sessions, written)
    assert warning.startswith("f.yaml:3:")
    assert 'no session here is of "155' in warning
    assert warning.endswith('did you mean "15500000002"?')


@pytest.mark.parametrize(
    ("sessions", "number"),
    [
        (RECORDS, '"15500000002"'),
        (RECORDS, '"15500000003"'),
        (RECORDS, '{pattern: "^1550000002$"}'),
        ("sessions: {generate: {}}\n", '"1550000002"'),
        ('sessions: {generate: {}, users: {"15500000002": 3}}\n', '"1550000002"'),
        ("sessions: {records: []}\n", '"1550000002"'),
        ("", '"1550000002"'),
    ],
    ids=["itself", "another user", "a pattern", "anybody", "anybody too", "no records", "no sessions"],
)
def test_other_numbers_are_not(sessions: str, number: str) -> None:
    assert not warned(sessions, number)
