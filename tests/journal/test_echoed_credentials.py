"""Credentials that placeholders echo are sent as they came, and kept nowhere."""

from __future__ import annotations

import json
import logging
from typing import Any

import orjson
import pytest
from multidict import CIMultiDict

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from oifde_simulator.engine.bodies import Bodies, BodyMaker
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import har
from oifde_simulator.model.entry import KEPT
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.state.entry_codec import decode, encode
from oifde_simulator.stepwise import complete

SECRETS = {
    "{{ request.authToken }}": TOKEN,
    "{{ request.authToken | upper }}": TOKEN.upper(),
    "{{ headers.Authorization }}": "Bearer of-good-news-0123456789",
    "{{ headers.Authorization | upper }}": "BEARER OF-GOOD-NEWS-0123456789",
    "{{ headers.X-Api-Key | json }}": 'quo\\"ted-key-0123456789',
    "{{ headers.Cookie }}": "session=abcdefghijkl",
}
HEADERS = {
    "Content-Type": "application/json", "Authorization": "Bearer of-good-news-0123456789",
    "X-Api-Key": 'quo"ted-key-0123456789', "Cookie": "session=abcdefghijkl",
}  # fmt: skip


def engine(**respond: Any) -> Engine:
    value = {"tenant": {"id": "acme", "tokens": [TOKEN]}, "rules": [{"name": "echo", "respond": respond}]}
    return Engine({"acme": loader.from_json(value, "acme.yaml", "acme")})


def query(**fields: Any) -> Request:
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1", **fields}
    return Request("POST", QUERY, CIMultiDict(HEADERS), json.dumps(body).encode())


def bodies(played: Engine) -> Bodies:
    (entry,) = played.entries()
    return complete(BodyMaker(entry, immediate(played.tenants.resolver.find("acme")), played.journal).make())


def kept(played: Engine, exchange: Exchange) -> str:
    """Write everything that is kept of an exchange, and what is shown of it later."""
    (entry,) = played.entries()
    assert decode(encode(entry)) == entry
    made = bodies(played)
    return "\n".join(
        [
            repr(entry),
            encode(entry).decode(),
            json.dumps(made.as_json()),
            json.dumps(har.HarEntry(entry, "http").as_json()),
            repr(made),
        ]
    )


PLACES: dict[str, Any] = {
    "a text": lambda text: {"body": f"a {text} b"},
    "JSON": lambda text: {"json": {"x": text, "y": f"<{text}>"}},
    "a header": lambda text: {"status": 503, "headers": {"X-Echo": f"a {text}"}},
    "a long header": lambda text: {"status": 503, "headers": {"X-Echo": "x" * 490 + " " + text}},
    "a message": lambda text: {"errorCode": 5, "errorMsg": f"it is {text}"},
    "behind the cut": lambda text: {"body": "-" * (KEPT - 10) + text},
    "far behind the cut": lambda text: {"body": "-" * (KEPT + 9000) + text},
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(("text", "secret"), SECRETS.items(), ids=SECRETS)
def test_a_credential_that_is_echoed_is_kept_nowhere(
    caplog: pytest.LogCaptureFixture, text: str, secret: str, place: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    played = engine(**place(text))
    exchange = played.handle(query())
    assert exchange.rule == "echo"
    sent = exchange.response.body[:].decode() + "\n".join(map(": ".join, exchange.response.headers))
    plain = json.loads(f'"{secret}"')
    assert any(form in sent for form in (secret, plain, json.dumps(secret)[1:-1]))
    told = kept(played, exchange) + caplog.text
    for part in (plain[:20], plain[-12:], secret[:20], plain.lower()[-12:]):
        assert part not in told


@pytest.mark.parametrize("place", ["a text", "a header", "a message"])
@pytest.mark.parametrize("behind", SECRETS)
@pytest.mark.parametrize("before", SECRETS)
def test_no_part_is_kept_of_credentials_that_stand_side_by_side(before: str, behind: str, place: str) -> None:
    played = engine(**PLACES[place](before + behind))
    shown = kept(played, played.handle(query()))
    for secret in (SECRETS[before], SECRETS[behind]):
        assert secret[-8:] not in shown


@pytest.mark.parametrize("filters", ["", " | upper", " | json"])
def test_a_credential_that_no_header_can_hold_is_kept_nowhere_either(filters: str) -> None:
    secret = "gehéim\r\ntok en=/1234567890"
    played = engine(headers={"X-Echo": f"a {{{{ request.authToken{filters} }}}}"}, status=503)
    exchange = played.handle(query(authToken=secret))
    assert "1234567890" in dict(exchange.response.headers)["X-Echo"]
    assert "1234567890" not in kept(played, exchange)


def test_a_token_that_is_issued_is_kept_nowhere_in_capitals_either() -> None:
    played = engine(json={"t": "{{ honest.authToken | upper }}", "pad": "-" * KEPT})
    body = json.dumps({"appKey": "acme", "appSecret": "secret"}).encode()
    exchange = played.handle(Request("POST", GETTOKEN, CIMultiDict(HEADERS), body))
    token = exchange.honest.fields["authToken"]
    assert token.upper() in exchange.response.body[:].decode()
    told = kept(played, exchange)
    assert token not in told
    assert token.upper() not in told


def test_the_body_of_an_echo_is_made_again_where_it_holds_no_credential() -> None:
    played = engine(body="-" * KEPT + "{{ request.userMobile }} {{ count }} {{ now }}")
    for _ in range(3):
        exchange = played.handle(query())
    entry = played.entries()[-1]
    tenant = immediate(played.tenants.resolver.find("acme"))
    assert entry.decision.matches == 3
    made = complete(BodyMaker(entry, tenant, played.journal).make())
    assert (made.sent.octets, made.sent.why) == (exchange.response.body, "")


def test_the_body_of_an_echoed_credential_is_not_made_again() -> None:
    played = engine(body="-" * KEPT + "{{ request.authToken }}")
    played.handle(query())
    made = bodies(played)
    assert TOKEN.encode() not in made.sent.octets
    assert made.sent.why.startswith("it comes out otherwise now")


def test_what_was_echoed_of_no_credential_stays_on_record() -> None:
    played = engine(json={"id": "{{ request.callId }}"}, headers={"X-Echo": "{{ request.callId }}"})
    played.handle(query(callId="c-1"))
    (entry,) = played.entries()
    assert orjson.loads(entry.body) == {"id": "c-1"}
    assert ("X-Echo", "c-1") in entry.headers
