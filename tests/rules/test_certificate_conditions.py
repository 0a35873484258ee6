"""`match: {client_certificate: ...}`: which requests it holds for, and what explains a mismatch."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from oifde_simulator.model.http import UNKNOWN_PEER, Peer
from oifde_simulator.model.view import View
from oifde_simulator.rules.conditions.certificate_conditions import FIELDS
from oifde_simulator.rules.conditions.matching import Matcher

CERTIFICATE = {
    "subject": "CN=app-1,O=Example",
    "common_name": "app-1",
    "issuer": "CN=Clients",
    "serial": "0A1B",
}


def view(certificate: dict[str, str] | None = CERTIFICATE) -> View:
    peer = UNKNOWN_PEER if certificate is None else Peer(certificate=certificate)
    return View("queryRecordHistory", {"pageNum": "2"}, CIMultiDict(), {"status": 200}, peer)


# name: (condition, places where it does not fit a client with a certificate, and one without)
CONDITIONS: dict[str, tuple[Any, list[str], list[str]]] = {
    "there": (True, [], ["subject"]),
    "not there": (False, ["subject"], []),
    "equal": ({"subject": "CN=app-1,O=Example"}, [], ["subject"]),
    "not equal": ({"subject": "CN=app-2"}, ["subject"], ["subject"]),
    "part of a text": ({"subject": {"pattern": "O=Example$"}}, [], ["subject"]),
    "one of several": ({"common_name": {"enum": ["app-1", "app-2"]}}, [], ["common_name"]),
    "serial": ({"serial": "0A1B"}, [], ["serial"]),
    "issuer": ({"issuer": "CN=Others"}, ["issuer"], ["issuer"]),
    "a field that is absent": ({"names": False}, [], []),
    "all must hold": (
        {"subject": True, "common_name": "app-2", "names": True},
        ["common_name", "names"],
        ["subject", "common_name", "names"],
    ),
}


@pytest.mark.parametrize(("wanted", "places", "without"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_on_a_certificate_holds_or_says_where_not(
    wanted: Any, places: list[str], without: list[str]
) -> None:
    matcher = Matcher({"client_certificate": wanted})
    for seen, expected in ((view(), places), (view(None), without)):
        found = [mismatch.place for mismatch in matcher.difference(seen)]
        assert found == [f"client_certificate.{name}" for name in expected]
        assert matcher.matches(seen) is not bool(expected)


def test_a_mismatch_says_what_was_expected_and_found() -> None:
    matcher = Matcher({"client_certificate": {"common_name": "app-2"}, "request": {"pageNum": "3"}})
    assert list(map(str, matcher.difference(view()))) == [
        'request.pageNum: expected "3", found "2"',
        'client_certificate.common_name: expected "app-2", found "app-1"',
    ]
    (present,) = Matcher({"client_certificate": True}).difference(view(None))
    assert str(present) == "client_certificate.subject: expected to be there, found nothing"


def test_a_rule_about_a_certificate_tells_clients_apart_for_near_misses() -> None:
    matcher = Matcher({"client_certificate": {"common_name": "app-1", "names": True}})
    assert (matcher.identifying, matcher.size) == (["client_certificate.common_name"], 2)


TEXT = st.sampled_from(["", "app-1", "CN=app-1"])
WANTED = st.booleans() | st.dictionaries(
    st.sampled_from(FIELDS), st.booleans() | TEXT | st.builds(lambda text: {"const": text}, TEXT), min_size=1
)


@given(WANTED, st.none() | st.dictionaries(st.sampled_from(FIELDS), TEXT, min_size=1))
def test_matching_and_its_explanation_never_disagree(wanted: Any, certificate: dict[str, str] | None) -> None:
    matcher = Matcher({"client_certificate": wanted})
    assert matcher.matches(view(certificate)) is not bool(matcher.difference(view(certificate)))
