"""Patterns of bodies, compared with the answers of WireMock 3.13.2 in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.wiremock.patterns.errors import Unsupported, WrongPattern
from oifde_simulator.wiremock.patterns.expected_redactor import ExpectedRedactor
from oifde_simulator.wiremock.patterns.logged_request import MISSING, RequestValue, parse_json
from oifde_simulator.wiremock.patterns.parser import PatternParser

RECORDED = json.loads((Path(__file__).parent / "wiremock-3.13.2.json").read_text(encoding="utf-8"))
BEYOND = (
    " nin ", " size ", " empty ", " subsetof ", " anyof ", " noneof ", ".length() ==", ".sum()", ".max()",
    ".min()", ".keys()", "== {", "@.l[*]", "@.l[?(", "equalToXml",
)  # fmt: skip
"""Operators and functions of Jayway or WireMock that are refused."""


def answer(body: str | None, pattern: Any) -> str:
    """Test a pattern on a body; returns 1, 0, or the status of a refusal."""
    given = parse_json(body) if body and body.startswith(("{", "[")) else MISSING
    value = RequestValue(body, given if isinstance(given, dict) else MISSING)
    try:
        return str(int(PatternParser(ExpectedRedactor("0")).parse(pattern, "").matches(value)))
    except WrongPattern:
        return "422"
    except Unsupported:
        return "not done"


@pytest.mark.parametrize(
    ("body", "pattern", "wanted"),
    [
        pytest.param(RECORDED["body"] if body == "" else body, pattern, str(wanted), id=json.dumps(pattern))
        for body, pattern, wanted in RECORDED["answers"]
    ],
)
def test_a_pattern_means_what_it_means_to_wiremock_or_is_refused(
    body: str | None, pattern: Any, wanted: str
) -> None:
    beyond = any(each in json.dumps(pattern) for each in BEYOND)
    assert answer(body, pattern) == ("not done" if beyond else wanted)
