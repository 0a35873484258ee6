"""Entries as an HTTP archive, valid by HAR 1.2."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_bounds import exchange

from journals import Journal
from oifde_simulator.journal import har
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import JSON_UTF8, Headers, Request, Response

SCHEMA = json.loads((Path(__file__).parent / "har-1.2.schema.json").read_text())


def on_record(played: Exchange) -> Entry:
    """Record an exchange; returns its entry with the outcome."""
    journal = Journal()
    entry = journal.get(journal.record(played).number)
    assert entry is not None
    return entry


def archived(played: Exchange, scheme: str = "https") -> dict[str, Any]:
    """Render an archive of one entry; returns the entry, checked against the format's schema."""
    entry = har.HarEntry(on_record(played), scheme).as_json()
    archive = {"log": har.log(1, 1, truncated=False) | {"entries": [entry]}}
    jsonschema.validate(json.loads(json.dumps(archive)), SCHEMA)
    return entry


def answered(body: bytes, kind: str = "application/json") -> Exchange:
    headers: Headers = (("Content-Type", kind),)
    response = Response(200, body, headers)
    fields = {"errorCode": 0, "errorMsg": "Success"}
    request = Request("POST", "/a?x=1&y=", {"Host": "vendor.example:8443"}, b'{"userMobile": "1"}')
    played = Exchange(0, "acme", "", request, Answer(response, fields), response, ())
    played.outcome.sent = len(body)
    return played


def test_an_exchange_is_what_a_browser_would_have_written() -> None:
    entry = archived(answered(b'{"errorCode":0}'))
    assert entry["startedDateTime"] == "1970-01-01T00:00:00.000Z"
    assert entry["request"]["url"] == "https://vendor.example:8443/a?x=1&y="
    assert entry["request"]["queryString"] == [{"name": "x", "value": "1"}, {"name": "y", "value": ""}]
    assert entry["request"]["postData"]["text"] == '{"userMobile":"1"}'
    assert (entry["response"]["status"], entry["response"]["statusText"]) == (200, "OK")
    content = {"size": 15, "mimeType": "application/json", "text": '{"errorCode":0}'}
    assert entry["response"]["content"] == content


@given(st.binary(max_size=3000))
@pytest.mark.slow(seconds=1)
def test_any_body_is_kept_as_it_is_up_to_its_bound(body: bytes) -> None:
    content = archived(answered(body))["response"]["content"]
    text = content["text"]
    kept = base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()
    assert body.startswith(kept)
    assert min(len(body), 2048) - len(kept) < 4
    assert ("truncated" in content.get("comment", "")) is (len(body) > 2048)


def test_a_character_that_the_cut_parts_does_not_make_a_text_bytes() -> None:
    content = archived(answered(b"x" + "\u00e9".encode() * 2000))["response"]["content"]
    assert "encoding" not in content
    assert content["text"] == "x" + "\u00e9" * 1023


def test_an_answer_of_which_nothing_left_is_none() -> None:
    played = answered(b"{}")
    played.outcome.sent = 0
    played.outcome.end("reset")
    response = archived(played)["response"]
    assert (response["status"], response["bodySize"], response["headers"]) == (0, 0, [])
    assert response["comment"] == "no answer left: reset"


TARGETS = {
    "/a": "http://vendor/a",
    "http://other/a?b": "http://other/a?b",
    "*": "http://vendor/*",
    "": "http://vendor/",
    "/x?next=http://other/": "http://vendor/x?next=http://other/",
    "x://": "http://vendor/x://",
    "HTTPS://me@other:1?a": "HTTPS://other:1/?a",
    "http://[": "http://unreadable.invalid/",
    "http://[::1]:8443/a": "http://[::1]:8443/a",
    "/a%20b?x=%26&y=1#z?": "http://vendor/a%20b?x=%26&y=1#z?",
}


@pytest.mark.parametrize(("target", "url"), TARGETS.items(), ids=repr)
def test_the_url_is_absolute_whatever_the_target(target: str, url: str) -> None:
    played = exchange()
    played.request = Request("GET", target, {"Host": "vendor"})
    assert archived(played, "http")["request"]["url"] == url


HOSTS = {
    "[": "unreadable.invalid",
    "[::1]:8443": "[::1]:8443",
    "": "unreadable.invalid",
    "a b": "unreadable.invalid",
    "a:b": "unreadable.invalid",
    "a/b": "unreadable.invalid",
    "oauth.example:8443": "oauth.example:8443",
    "me:abc@vendor": "vendor",
}


@pytest.mark.parametrize(("host", "expected"), HOSTS.items(), ids=repr)
def test_what_cannot_be_a_host_is_none(host: str, expected: str) -> None:
    played = exchange()
    played.request = Request("GET", "/a", {"Host": host})
    entry = archived(played)
    assert entry["request"]["url"] == f"https://{expected}/a"
    assert "abc" not in json.dumps(entry)


def test_a_parameter_is_what_the_client_meant() -> None:
    played = exchange()
    played.request = Request("GET", "/a?x=1%262&y=a+b%2B", {"Host": "vendor"})
    assert archived(played)["request"]["queryString"] == [
        {"name": "x", "value": "1&2"},
        {"name": "y", "value": "a b+"},
    ]


def test_bytes_that_are_not_http_have_a_place() -> None:
    response = Response(400, b"not HTTP\n", JSON_UTF8)
    request = Request("", "", {}, read_error="?")
    honest = Answer(response, {"errorCode": None})
    entry = archived(Exchange(0, "", "", request, honest, response, (), notes=("not HTTP",)))
    assert (entry["request"]["method"], entry["comment"]) == ("(none)", "not HTTP")
