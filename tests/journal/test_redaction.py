"""Entries without credentials, wherever the client puts them."""

from __future__ import annotations

import base64
import gc
import json
import logging
from typing import Any
from urllib.parse import quote, unquote

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from oifde_simulator.journal.redaction.credential_finder import CredentialFinder
from oifde_simulator.journal.redaction.redactor import PREFIX, Redactor
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.credentials.tenant import WRONG_SECRET
from oifde_simulator.scenario import loader

SECRET = 'hush-hush/+\u00e9"x'
SCENARIO = {
    "tenant": {"secret": SECRET, "tokens": [TOKEN]},
    "clock": "2026-01-01T00:00:00Z",
    "rules": [
        {"match": {"request": {"userMobile": "echo"}}, "respond": {"body": f'{{"authToken": "{TOKEN}"}}'}},
        {
            "match": {"request": {"userMobile": "head"}},
            "respond": {"body": "{}", "headers": {"Set-Cookie": f"t={TOKEN}"}},
        },
        {
            "match": {"request": {"userMobile": "encoded"}},
            "respond": {"body": base64.b64encode(f"ab{TOKEN}".encode()).decode()},
        },
    ],
}
QUERY_BODY = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"}


@pytest.fixture
def entries() -> Any:
    return recorder()


def recorder() -> Any:
    """Build a function that sends a request and returns its entry."""
    engine = Engine({"acme": loader.loads(json.dumps(SCENARIO).encode(), "acme.yaml", "acme")})

    def record(body: Any, path: str = QUERY, **headers: str) -> Entry:
        octets = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        engine.handle(Request("POST", path, CIMultiDict(headers), octets))
        entry = engine.entries()[-1]
        assert entry is not None
        return entry

    return record


def forms(credential: str) -> list[str]:
    """A credential as it may be written."""
    octets = credential.encode()
    encoded = [base64.b64encode(before + octets + b"??").decode() for before in (b"", b"x", b"xy", b"user:")]
    cores = [text[4:-6] for text in encoded]
    return [credential, json.dumps(credential)[1:-1], quote(credential, safe=""), *cores]


def text_of(entry: Entry) -> str:
    kept = gc.get_referents(entry, entry.request, entry.request.head)
    assert not any(isinstance(each, CredentialFinder) for each in kept)
    return orjson.dumps(entry.whole()).decode() + repr(entry)


def basic(before: str) -> str:
    return base64.b64encode(f"{before}{TOKEN}".encode()).decode()


# name: (body, path, headers)
LEAKS: dict[str, tuple[Any, str, dict[str, str]]] = {
    "its own field": (QUERY_BODY, QUERY, {}),
    "a field of another name": ({"tenantId": "acme", "token": TOKEN}, QUERY, {}),
    "a wrong case": ({"tenantId": "acme", "AUTHTOKEN": TOKEN}, QUERY, {}),
    "another field beside it": (QUERY_BODY | {"userMobile": TOKEN}, QUERY, {}),
    "an escape": (json.dumps(QUERY_BODY).replace("0d", "\\u0030d").encode(), QUERY, {}),
    "base64 in another field": (QUERY_BODY | {"userMobile": basic("a")}, QUERY, {}),
    "nested": ({"tenantId": "acme", "x": {"authToken": [TOKEN]}}, QUERY, {}),
    "nested elsewhere too": (QUERY_BODY | {"x": [[{"y": f"-{TOKEN}-"}]]}, QUERY, {}),
    "a field's name": (QUERY_BODY | {TOKEN: "1"}, QUERY, {}),
    "authorization": (QUERY_BODY, QUERY, {"Authorization": "Bearer " + TOKEN}),
    "basic authorization": (QUERY_BODY, QUERY, {"Authorization": "Basic " + basic("acme:")}),
    "a header of ones own": (QUERY_BODY, QUERY, {"X-Trace": f"a{basic('ab')}"}),
    "a long header": (QUERY_BODY, QUERY, {"X-Trace": "a " * 240 + TOKEN + " b" * 99}),
    "a referer": ({}, QUERY, {"Referer": f"https://x/?authToken={TOKEN}"}),
    "the query string": (QUERY_BODY, f"{QUERY}?a={TOKEN}", {}),
    "the query string by name": ({}, f"{QUERY}?authToken={quote(TOKEN)}", {}),
    "another path": (QUERY_BODY, "/other", {}),
    "another path by name": ({}, f"/other?authToken={TOKEN}", {}),
    "another path by its encoded name": ({}, f"/other?authTok%65n%3D{TOKEN}", {}),
    "another path, encoded": (QUERY_BODY, "/" + "".join(f"%{ord(each):02x}" for each in TOKEN), {}),
    "another path of who asks": ({}, f"http://me:{TOKEN}@vendor/other", {}),
    "an element of XML": (f"<authToken>{TOKEN}</authToken>".encode(), QUERY, {}),
    "an element of XML to another path": (f"<authToken>{TOKEN}</authToken>".encode(), "/other", {}),
    "a host with who asks": ({}, QUERY, {"Host": f"me:{TOKEN}@vendor"}),
    "a password of another name": ({"pwd": TOKEN, "apiKey": TOKEN}, QUERY, {}),
    "cut JSON": (json.dumps(QUERY_BODY)[:-1].encode(), QUERY, {}),
    "cut within it": (json.dumps(QUERY_BODY).partition("40cf")[0].encode() + b"40cf", QUERY, {}),
    "a form": (f"tenantId=acme&authToken={TOKEN}".encode(), QUERY, {}),
    "base64 alone": (basic("").encode(), QUERY, {}),
    "UTF-16": (json.dumps(QUERY_BODY).encode("utf-16"), QUERY, {}),
    "over the edge of what is kept": (b"x " * 1010 + TOKEN.encode(), QUERY, {}),
    "a large body": (QUERY_BODY | {f"x{n}": "y" * 99 for n in range(99)} | {"z": TOKEN}, QUERY, {}),
    "an answer that has it": (QUERY_BODY | {"userMobile": "echo"}, QUERY, {}),
    "an answer's header": (QUERY_BODY | {"userMobile": "head"}, QUERY, {}),
    "an answer in base64": (QUERY_BODY | {"userMobile": "encoded"}, QUERY, {}),
    "a message that quotes it": (QUERY_BODY | {"pageSize": TOKEN}, QUERY, {}),
    "a message that quotes a part of it": (QUERY_BODY | {"pageSize": "a" * 40 + TOKEN}, QUERY, {}),
    "a tenant that ends in it": (QUERY_BODY | {"tenantId": "a" * 40 + TOKEN}, QUERY, {}),
    "a tenant that is it": (QUERY_BODY | {"tenantId": TOKEN}, QUERY, {}),
}


@pytest.mark.parametrize(("body", "path", "headers"), LEAKS.values(), ids=LEAKS.keys())
def test_a_token_is_in_nothing_that_is_kept(
    entries: Any, body: Any, path: str, headers: dict[str, str]
) -> None:
    for _ in range(2):  # remembered, too
        kept = unquote(text_of(entries(body, path, **headers)))
        assert [form for form in (*forms(TOKEN), "0dbe11892") if form in kept] == []


def test_a_secret_and_the_token_it_gets_are_in_nothing_that_is_kept(entries: Any) -> None:
    entry = entries({"appKey": "acme", "appSecret": SECRET}, GETTOKEN, Cookie=SECRET.encode().hex())
    kept = text_of(entry)
    assert entry.honest["authToken"].startswith(PREFIX)
    assert [form for form in (*forms(SECRET), SECRET.encode().hex()) if form in kept] == []
    assert Redactor("0").fingerprint(SECRET) in kept


def test_the_token_that_is_issued_and_the_one_that_is_used_have_one_fingerprint() -> None:
    engine = Engine({"acme": loader.loads(json.dumps(SCENARIO).encode(), "acme.yaml", "acme")})

    def ask(path: str, **body: str) -> Any:
        answer = engine.handle(Request("POST", path, CIMultiDict(), json.dumps(body).encode()))
        return json.loads(answer.response.body)

    token = ask(GETTOKEN, appKey="acme", appSecret=SECRET)["authToken"]
    ask(QUERY, tenantId="acme", authToken=token, userMobile="1")
    issued, used = engine.entries()
    assert (
        issued.honest["authToken"] == used.request.document["authToken"] == Redactor("0").fingerprint(token)
    )
    assert json.loads(issued.body)["authToken"] == used.request.document["authToken"]
    assert token not in text_of(issued) + text_of(used)


def test_fingerprints_depend_on_the_seed() -> None:
    assert (
        Redactor("0").fingerprint(TOKEN)
        == Redactor("0").fingerprint(TOKEN)
        != Redactor("1").fingerprint(TOKEN)
    )


def test_what_is_no_credential_stays(entries: Any) -> None:
    entry = entries(QUERY_BODY, QUERY, **{"User-Agent": "Java/17", "Content-Type": "application/json"})
    assert entry.request.document == QUERY_BODY | {"authToken": Redactor("0").fingerprint(TOKEN)}
    assert entry.request.head.headers == (("User-Agent", "Java/17"), ("Content-Type", "application/json"))
    assert entry.request.head.target == QUERY


def test_a_body_that_is_no_json_is_kept_as_text(entries: Any) -> None:
    assert entries(b"pageNum=1").request.body == "pageNum=1"
    assert entries(b"\xff\xfe").request.body == ""


def test_a_short_secret_is_taken_out_of_its_own_field_only(entries: Any) -> None:
    entry = entries({"appKey": "acme", "appSecret": "the"}, GETTOKEN)
    assert entry.request.document["appSecret"] == Redactor("0").fingerprint("the")
    assert entry.problems == (f"The key is wrong: appSecret is not this tenant's secret; {WRONG_SECRET.fix}",)


@settings(deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), min_size=8, max_size=40),
    st.text(st.characters(codec="utf-8"), max_size=4),
    st.text(st.characters(codec="utf-8"), max_size=4),
)
def test_no_form_of_any_credential_outlives_the_finder(credential: str, before: str, after: str) -> None:
    finder = Redactor("0").finder(credential)
    plain = f"{before}{credential}{after}"
    encoded = base64.b64encode(plain.encode()).decode()
    for text in (plain, json.dumps(plain), orjson.dumps(plain).decode(), encoded, quote(plain)):
        assert finder.replace(text) != text


def test_the_log_line_is_what_it_was(entries: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "oifde_simulator.exchanges")
    entries(QUERY_BODY, QUERY, **{"Content-Type": "application/json"})
    assert caplog.messages == [
        "acme queryRecordHistory 200 errorCode=0 total=0; userMobile=18000000001 pageNum=1 records=0"
    ]


SHORT = {
    "by name": "/other?token=abc&x=1",
    "by its encoded name": "/other?tok%65n=abc&x=%20",
    "twice encoded": "/other?token%253Dabc",
    "who asks": "http://me:abc@vendor/other",
}


@pytest.mark.parametrize("path", SHORT.values(), ids=SHORT)
def test_a_short_credential_of_a_target_is_not_in_messages_either(entries: Any, path: str) -> None:
    entry = entries({}, path)
    assert "abc" not in text_of(entry)
    assert PREFIX in entry.problems[0]
    assert "expected the path /oifde/" in entry.problems[0]


@pytest.mark.parametrize(
    "path", ["/oifde/rest/api/getToken", "/api/authToken", "/token?x=1", "/a/auth/?token"]
)
def test_a_path_that_only_sounds_like_a_credential_is_told_as_the_client_is_told(
    entries: Any, path: str
) -> None:
    entry = entries({}, path)
    assert PREFIX not in text_of(entry)
    assert f'found "{path}"' in entry.problems[0]
    assert f'found \\"{path}\\"' in entry.body.decode()
