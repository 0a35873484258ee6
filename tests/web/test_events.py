"""The journal as server-sent events over HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from conftest import ACME, QUERY, TOKEN
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.control_plane.routes.journal import events
from serving import PATIENCE, fetch, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Simulator]:
    scenario = tmp_path / "acme.yaml"
    scenario.write_text(ACME)
    with running(scenarios=(scenario,), journal_exchanges=3) as simulator:
        yield simulator


class Stream:
    """A client of server-sent events that reads lines, since Python has no `EventSource`."""

    hello: dict[str, Any]

    def __init__(self, server: Simulator, path: str = "/journal/events", **headers: str) -> None:
        parts = urlsplit(server.control_url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        self._connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        self.answer = self._connection.getresponse()
        self.last_id = ""
        """What an EventSource would send as Last-Event-ID."""

    def block(self) -> dict[str, str]:
        """Read lines up to an empty one, as fields; a comment is the field without a name."""
        fields = {}
        while line := self.answer.readline().decode().rstrip("\n"):
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        if not fields:
            raise AssertionError("the stream ended")
        self.last_id = fields.get("id", self.last_id)
        return fields

    def comment(self) -> str:
        """Read the next comment."""
        return self.block()[""]

    def event(self) -> dict[str, Any]:
        """Read the next event and decode its data; a block without data is none."""
        while "data" not in (fields := self.block()):
            pass
        return fields | {"data": json.loads(fields["data"])}

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


@pytest.fixture
def follow(server: Simulator) -> Iterator[Any]:
    streams: list[Stream] = []

    def begin(path: str = "/journal/events", **headers: str) -> Stream:
        streams.append(Stream(server, path, **headers))
        assert streams[-1].answer.status == 200
        assert streams[-1].comment() == "following"
        streams[-1].hello = streams[-1].event()
        assert streams[-1].hello["event"] == "hello"
        return streams[-1]

    yield begin
    for stream in streams:
        stream.close()


def ask(server: Simulator, user: str = "18000000001") -> None:
    fetch(
        server.data_url + QUERY,
        json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": user}).encode(),
    )


def test_what_comes_is_sent_as_it_comes(server: Simulator, follow: Any) -> None:
    ask(server)
    stream = follow()
    assert stream.answer.headers["Content-Type"] == "text/event-stream"
    for user in "78":
        ask(server, user)
        event = stream.event()
        assert (event["event"], event["data"]["request"]["userMobile"]) == ("exchange", user)
        assert event["id"] == str(event["data"]["number"])


REPLAYS = {
    "since a number": ("?since=1", {}),
    "an event that was seen": ("", {"Last_Event_ID": "1"}),
    "the event that was seen goes before since": ("?since=0", {"Last_Event_ID": "1"}),
    "an instant": ("?since=2026-01-01T00:00:00Z&userMobile=2", {}),
}


@pytest.mark.parametrize(("query", "headers"), REPLAYS.values(), ids=REPLAYS.keys())
def test_the_past_is_sent_again_from_where_it_is_asked(
    server: Simulator, follow: Any, query: str, headers: dict[str, str]
) -> None:
    for user in "12":
        ask(server, user)
    stream = follow(f"/journal/events{query}", **headers)
    assert stream.event()["data"]["request"]["userMobile"] == "2"


def test_only_what_is_asked_for_is_sent(server: Simulator, follow: Any) -> None:
    stream = follow("/journal/events?tenant=acme&userMobile=2")
    for user in "1232":
        ask(server, user)
    assert [stream.event()["id"] for _ in "22"] == ["2", "4"]


def test_who_comes_back_too_late_is_told_so_first(server: Simulator, follow: Any) -> None:
    for user in "12345":
        ask(server, user)
    stream = follow(Last_Event_ID="1")
    assert stream.event()["event"] == "truncated"
    assert [stream.event()["id"] for _ in "345"] == ["3", "4", "5"]


def resumed(follow: Any, stream: Stream, path: str = "/journal/events") -> Stream:
    """Follow again from where a stream broke off, as an EventSource does."""
    found: Stream = follow(path, Last_Event_ID=stream.last_id)
    return found


def test_who_broke_off_before_its_first_exchange_misses_none(server: Simulator, follow: Any) -> None:
    ask(server, "1")
    stream = follow()
    assert (stream.hello["id"], stream.hello["data"]["last"]) == ("1", 1)
    stream.close()
    ask(server, "2")
    assert resumed(follow, stream).event()["data"]["request"]["userMobile"] == "2"


def test_who_has_been_told_of_a_loss_is_not_told_again(server: Simulator, follow: Any) -> None:
    path = "/journal/events?userMobile=none"
    for user in "12345":
        ask(server, user)
    stream = follow(path, Last_Event_ID="1")
    assert stream.event()["event"] == "truncated"
    stream.block()
    stream.close()
    assert stream.last_id == "5"
    stream = resumed(follow, stream, path)
    ask(server, "none")
    assert [(event := stream.event())["event"], event["id"]] == ["exchange", "6"]


def test_exchanges_that_were_passed_over_are_not_missed(
    server: Simulator, follow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/journal/events?userMobile=wanted"
    monkeypatch.setattr(events, "HEARTBEAT", 0.001)
    stream = follow(path)
    for user in "12345":
        ask(server, user)
    while stream.last_id != "5":
        assert stream.comment() == "nothing new"
    stream.close()
    stream = resumed(follow, stream, path)
    ask(server, "wanted")
    while "data" not in (event := stream.block()):
        assert event[""] == "nothing new"
    assert (event["event"], event["id"]) == ("exchange", "6")


def test_the_greeting_tells_another_start_of_the_server(server: Simulator, follow: Any) -> None:
    for user in "12":
        ask(server, user)
    stream = follow(Last_Event_ID="2")
    described = json.loads(fetch(server.control_url + "/console.json")[2])
    assert stream.hello["data"] == {"instance": described["instance"], "last": 2}
    with running() as other:
        again = Stream(other, Last_Event_ID="2")
        again.comment()
        hello = again.event()
        assert hello["data"]["instance"] != described["instance"]
        assert (hello["id"], hello["data"]["last"]) == ("0", 0)
        assert again.event()["event"] == "truncated"
        again.close()


def test_silence_is_broken_by_comments(
    server: Simulator, follow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.001)
    stream = follow()
    assert [stream.comment(), stream.comment()] == ["nothing new", "nothing new"]


def test_who_leaves_is_forgotten(server: Simulator, follow: Any) -> None:
    stream = follow()
    assert len(server.journal.followers) == 1
    stream.close()
    while len(server.journal.followers):
        pass
    assert server.journal.followers.index == {}


def test_the_stream_ends_with_the_server() -> None:
    with running() as simulator:
        stream = Stream(simulator)
        stream.comment()
        stream.event()
    assert stream.answer.read() == b""
    stream.close()


def test_there_is_a_limit_to_followers(
    server: Simulator, follow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_FOLLOWERS", 1)
    follow()
    status, _, body = fetch(server.control_url + "/journal/events")
    assert (status, json.loads(body)["type"]) == (503, "urn:oifde-simulator:problem:too-many-followers")


@pytest.mark.parametrize("seen", ["x", "-1", "1" * 19])
def test_an_event_that_cannot_have_been_seen_is_400(server: Simulator, seen: str) -> None:
    stream = Stream(server, Last_Event_ID=seen)
    assert stream.answer.status == 400
    assert "Last-Event-ID: expected the number of an entry" in json.loads(stream.answer.read())["detail"]
    stream.close()


def test_head_does_not_follow(server: Simulator) -> None:
    status, headers, body = fetch(server.control_url + "/journal/events", method="HEAD")
    assert (status, headers["Content-Type"], body) == (200, "text/event-stream", b"")


def test_a_reader_that_does_not_read_is_dropped(
    server: Simulator, follow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PATIENCE", 0.001)
    monkeypatch.setattr(events, "_event", lambda entry: b"x" * (32 << 20))
    stream = follow()
    ask(server)
    while len(server.journal.followers):
        pass
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        stream.answer.read()
