"""Who sent a request is on record: in entries, the archive, filters, reasons and near misses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from multidict import CIMultiDict

from conftest import QUERY, TOKEN
from engines import Engine
from oifde_simulator.immediate import immediate
from oifde_simulator.journal.filter_parameters import WrongParameter
from oifde_simulator.journal.har import HarEntry
from oifde_simulator.journal.near_misses import near_misses
from oifde_simulator.journal.redaction.redactor import PREFIX
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import UNKNOWN_PEER, Peer, Request
from oifde_simulator.scenario import loader

PEER = Peer("10.0.0.7", 3, 2)
USER = "18000000001"


def engine(*rules: dict[str, Any]) -> Engine:
    scenario = {"tenant": {"tokens": [TOKEN]}, "clock": "2026-01-01T00:00:00Z", "rules": list(rules)}
    return Engine({"acme": loader.from_json(scenario, "acme", "acme")})


def asked(world: Engine, peer: Peer = PEER, headers: dict[str, str] | None = None) -> Entry:
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": USER}
    request = Request("POST", QUERY, CIMultiDict(headers or {}), json.dumps(body).encode(), peer=peer)
    world.handle(request)
    return world.entries()[-1]


def rule(**when: Any) -> dict[str, Any]:
    return {"name": "mine", "respond": {"status": 503}} | when


def test_an_entry_tells_client_and_connection_where_they_are_known() -> None:
    request = asked(engine()).whole()["request"]
    assert (request["client"], request["connection"]) == ("10.0.0.7", {"number": 3, "requests": 2})
    unknown = asked(engine(), UNKNOWN_PEER).whole()["request"]
    assert not {"client", "connection"} & unknown.keys()


def test_the_archive_names_connection_and_client_and_no_server() -> None:
    archived = HarEntry(asked(engine()), "http").as_json()
    assert (archived["connection"], archived["_client"]) == ("3", "10.0.0.7")
    unknown = HarEntry(asked(engine(), UNKNOWN_PEER), "http").as_json()
    assert not {"connection", "_client", "serverIPAddress"} & unknown.keys()


def test_heads_are_shared_whoever_sends_them() -> None:
    world = engine()
    one, other = (asked(world, Peer("10.0.0.7", number, 1), {"X-Run": "7"}) for number in (1, 2))
    assert one.request is other.request
    assert one.peer != other.peer
    assert one.charge > other.charge  # what is shared is charged once


FILTERS: dict[str, tuple[dict[str, str], bool]] = {
    "the address": ({"client": "10.0.0.7"}, True),
    "a network": ({"client": "10.0.0.0/8"}, True),
    "another network": ({"client": "11.0.0.0/8"}, False),
    "IPv4 that is mapped": ({"client": "::ffff:10.0.0.7"}, True),
    "a pattern": ({"client": '{"pattern": "^10"}'}, True),
    "any": ({"client": "true"}, True),
    "none": ({"client": "false"}, False),
    "the connection": ({"connection": "3"}, True),
    "another connection": ({"connection": "4"}, False),
    "a range": ({"connection": '{"minimum": 3}'}, True),
    "both": ({"connection": "3", "client": "10.0.0.8"}, False),
}


@pytest.mark.parametrize(("given", "fits"), FILTERS.values(), ids=FILTERS)
def test_entries_are_found_by_their_sender(given: dict[str, str], fits: bool) -> None:
    world = engine()
    entry = asked(world)
    wanted = world.journal.filter(given.items())
    assert wanted.accepts(entry) is fits
    assert (not wanted.difference(entry)) is fits


WRONG = {
    "bits behind the prefix": ({"client": "10.0.0.7/8"}, "client: 10.0.0.7/8 has bits behind its first 8"),
    "no address": ({"client": "acme"}, 'a network such as 10.0.0.0/8, found "acme"'),
    "no number": ({"connection": "x"}, "connection: expected a whole number"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "message"), WRONG.values(), ids=WRONG)
def test_a_filter_that_is_no_sender_is_told(given: dict[str, str], message: str) -> None:
    with pytest.raises(WrongParameter) as wrong:
        engine().journal.filter(given.items())
    assert message in str(wrong.value)


def test_a_filter_that_does_not_fit_says_what_it_found() -> None:
    world = engine()
    (missed,) = world.journal.filter([("client", "11.0.0.0/8")]).difference(asked(world))
    assert (missed.place, missed.expected) == ("client", "11.0.0.0/8")


AFTER = "after: match 1 of the first 1 for"
VALUES: dict[str, tuple[list[str], Peer, dict[str, str], str]] = {
    "client": (["client"], PEER, {}, "client=10.0.0.7"),
    "connection": (["connection"], PEER, {}, "connection=3"),
    "no sender": (["client", "connection"], UNKNOWN_PEER, {}, "client=(not known), connection=(not known)"),
    "a header": (["headers.x-trace"], PEER, {"X-Trace": "ab"}, "headers.x-trace=ab"),
    "no header": (["headers.X-Trace"], PEER, {}, "headers.X-Trace=(absent)"),
    "any mixture": (["userMobile", "client"], PEER, {}, f"userMobile={USER}, client=10.0.0.7"),
    "a long header": (["headers.X"], PEER, {"X": "a" * 99}, f"headers.X={'a' * 39}…"),
}


@pytest.mark.parametrize(("per", "peer", "headers", "shown"), VALUES.values(), ids=VALUES)
def test_a_reason_names_the_sender_or_header_that_was_counted(
    per: list[str], peer: Peer, headers: dict[str, str], shown: str
) -> None:
    entry = asked(engine(rule(per=per, after=1)), peer, headers)
    assert entry.held_back == (("mine", f"{AFTER} {shown}"),)


def test_a_reason_shows_no_credential_of_a_header() -> None:
    entry = asked(
        engine(rule(per=["headers.Authorization"], after=1)), PEER, {"Authorization": f"Bearer {TOKEN}"}
    )
    ((_, why),) = entry.held_back
    assert TOKEN not in why
    assert PREFIX in why


def test_a_header_that_the_journal_cut_off_is_not_shown() -> None:
    headers = {f"X-{number}": "1" for number in range(100)}
    entry = asked(engine(rule(per=["headers.X-99"], after=1)), PEER, headers)
    assert entry.held_back == (("mine", f"{AFTER} headers.X-99=(not kept)"),)


def test_reasons_of_what_is_in_flight_and_of_distinct_values() -> None:
    world = engine(rule(over={"in_flight": 5}, per=["client"]))
    assert asked(world).held_back == (("mine", "over: 1 of 5 in flight for client=10.0.0.7"),)
    world = engine(rule(after={"distinct": "userMobile", "count": 2}))
    assert asked(world).held_back == (("mine", "after: 1 distinct userMobile of the first 2"),)


def test_near_misses_compare_the_sender_that_is_on_record() -> None:
    world = engine(rule(match={"client": "10.0.0.8", "request": {"userMobile": USER}}))
    rules = world.tenant("acme").rules
    (missed,) = near_misses(rules, asked(world), world.journal.redaction)
    assert missed == {"rule": "mine", "differences": ["client: expected 10.0.0.8, found 10.0.0.7"]}
    (missed,) = near_misses(rules, asked(world, UNKNOWN_PEER), world.journal.redaction)
    assert missed["differences"] == ["client: expected 10.0.0.8, found none that is known"]
    assert immediate(world.journal.last()) == 2
