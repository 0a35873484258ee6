"""What the control plane's document allows is not refused, and what it does not allow is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlling import Controlling
from oifde_simulator.instants import instant
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.web.control_plane.openapi import document
from serving import running

INSTANT = document()["components"]["schemas"]["Instant"]["pattern"]


@pytest.fixture(scope="module")
def server() -> Iterator[Controlling]:
    with running() as simulator:
        yield Controlling(simulator)


@given(st.from_regex(INSTANT.replace("$", r"\Z")))
def test_every_instant_of_the_document_can_be_read(text: str) -> None:
    assert instant(text) is not None


@given(
    st.datetimes().map(str)
    | st.from_regex(r"\A[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-9:.]{5,8}(Z|[+-]0[0-9]:00)\Z")
)
def test_what_can_be_read_is_an_instant_of_the_document(text: str) -> None:
    assert (instant(text) is not None) == bool(re.search(INSTANT, text))


BODIES: list[tuple[str, str, str, Any, bool]] = [
    ("POST", "/tenants/outage/rules", "NewRules", [{}], False),
    ("POST", "/tenants/outage/rules", "NewRules", {"ttl": "5m"}, False),
    ("POST", "/tenants/outage/rules", "NewRules", {"respond": {"status": 503}, "ttl": "0.1ms"}, True),
    ("PUT", "/listener", "NewListener", {"open": True, "ttl": "5s"}, False),
    ("PUT", "/listener", "NewListener", {"open": True}, True),
    ("PUT", "/listener", "NewListener", {"open": True, "tls": "expired"}, False),
    ("PUT", "/listener", "NewListener", {"tls": "good", "ttl": "5s"}, False),
    ("PUT", "/tenants/outage/clock", "NewTime", {"advance": "0.1ms"}, True),
    ("PUT", "/tenants/outage/clock", "NewTime", {"set": "2026-02-30T00:00:00Z"}, False),
    ("POST", "/verify", "Expectations", {"expect": {"count": 0}, "since": "0000"}, False),
    ("POST", "/verify", "Expectations", {"expect": {"count": 0}, "since": "2026-01-01T00:00:00+08:00"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "name", "body", "good"), BODIES)
def test_document_and_answer_are_one(
    server: Controlling, method: str, path: str, name: str, body: Any, good: bool
) -> None:
    whole = document()
    schema = Schema({"$ref": f"urn:d#/components/schemas/{name}"}, resources={"urn:d": whole})
    assert schema.accepts(body) is good
    assert server(method, path, body).status in ((200, 201) if good else (400,))


@pytest.mark.parametrize("ttl", ["0.1ms", "0.000000001ms", "0.49ms"])
def test_a_port_can_be_closed_for_less_than_the_event_loop_can_tell(server: Controlling, ttl: str) -> None:
    answer = server("PUT", "/listener", {"open": False, "ttl": ttl})
    assert (answer.status, answer.json["open"]) == (200, False)
    assert server("PUT", "/listener", {"open": True}).json["open"]
