"""Access to the control plane: tokens, and the headers that only browsers send."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from oifde_simulator.config import Settings
from oifde_simulator.immediate import immediate
from oifde_simulator.runtime.banner import banner
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.control_plane import access_token, auth, openapi
from serving import running

TOKEN = "0123456789abcdef"
OPEN = sorted(auth.OPEN)
GUARDED = sorted({r.path for r in openapi.routes() if not r.open and "{" not in r.path and r.method == "GET"})


@pytest.fixture(scope="module")
def free() -> Iterator[Simulator]:
    with running() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def exposed() -> Iterator[Simulator]:
    with running(control_host="0.0.0.0") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def given() -> Iterator[Simulator]:
    with running(control_token=TOKEN) as simulator:
        yield simulator


def ask(
    simulator: Simulator, path: str, headers: Mapping[str, str], method: str = "GET", body: bytes = b""
) -> tuple[int, Any, Mapping[str, str]]:
    """Send exactly these headers, Host too, and return the status, the JSON and the headers."""
    port = urlsplit(simulator.control_url).port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    if answer.headers.get_content_type() == "text/event-stream":
        connection.close()
        return answer.status, None, dict(answer.headers)
    octets = answer.read()
    connection.close()
    is_json = answer.headers.get_content_type().endswith("json")
    return answer.status, json.loads(octets) if is_json else None, dict(answer.headers)


FRIENDLY = {
    "nothing said": {},
    "localhost": {"Host": "localhost:8444"},
    "an address": {"Host": "127.0.0.1"},
    "another of loopback": {"Host": "127.8.0.1:1"},
    "version 6": {"Host": "[::1]:8444"},
    "a name under localhost": {"Host": "simulator.localhost"},
    "a page of its own": {
        "Host": "localhost:8444",
        "Origin": "http://localhost:8444",
        "Sec-Fetch-Site": "same-origin",
    },
    "typed into a browser": {"Sec-Fetch-Site": "none"},
}
FOREIGN = {
    "a name that was bound to loopback": {"Host": "attacker.example:8444"},
    "a name that begins like it": {"Host": "localhost.attacker.example"},
    "a name that ends like it": {"Host": "notlocalhost"},
    "an address elsewhere": {"Host": "192.0.2.1:8444"},
    "an address of version 6": {"Host": "[2001:db8::1]"},
    "no address": {"Host": "[::1"},
    "every address": {"Host": "0.0.0.0:8444"},
    "a page elsewhere": {"Origin": "https://attacker.example"},
    "a page that another program serves": {"Origin": "http://localhost:3000"},
    "a page over TLS": {"Origin": "https://localhost:8444", "Host": "localhost:8444"},
    "a page whose address is none": {"Origin": "http://[::1", "Host": "localhost:8444"},
    "a page without an origin": {"Origin": "null"},
    "an image on a page": {"Sec-Fetch-Site": "cross-site"},
    "a page on another port": {"Sec-Fetch-Site": "same-site"},
}


@pytest.mark.parametrize("headers", FRIENDLY.values(), ids=FRIENDLY)
def test_a_program_of_this_machine_may_ask(free: Simulator, headers: Mapping[str, str]) -> None:
    assert ask(free, "/tenants", headers)[0] == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_a_page_in_a_browser_may_not(free: Simulator, headers: Mapping[str, str], method: str) -> None:
    before = immediate(free.tenants.ids())
    status, problem, answered = ask(free, "/tenants", headers, method, b'{"scenario": "outage"}')
    assert (status, problem["type"]) == (403, "urn:oifde-simulator:problem:foreign-page")
    assert next(iter(headers)) in problem["detail"]
    assert "--control-token" in problem["detail"]
    assert not [name for name in answered if name.lower().startswith("access-control")]
    assert immediate(free.tenants.ids()) == before


def test_a_preflight_is_not_granted(free: Simulator) -> None:
    preflight = {"Origin": "https://attacker.example", "Access-Control-Request-Method": "POST"}
    status, _, answered = ask(free, "/tenants", preflight, "OPTIONS")
    assert status == 403
    assert not [name for name in answered if name.lower().startswith("access-control")]


@pytest.mark.parametrize("path", GUARDED)
def test_beyond_loopback_a_token_is_wanted(exposed: Simulator, path: str) -> None:
    status, problem, answered = ask(exposed, path, {})
    assert (status, problem["type"]) == (401, "urn:oifde-simulator:problem:no-token")
    assert answered["WWW-Authenticate"] == "Bearer"
    assert exposed.token is not None
    assert exposed.token not in json.dumps(problem)


@pytest.mark.parametrize("path", OPEN)
def test_health_and_authority_stay_open(exposed: Simulator, path: str) -> None:
    assert ask(exposed, path, {"Host": "simulator.test", "Origin": "https://elsewhere.example"})[0] in (
        200,
        404,
    )


WRONG = {
    "none": {},
    "empty": {"Authorization": "Bearer "},
    "another": {"Authorization": "Bearer 0123456789abcdeg"},
    "a part": {"Authorization": f"Bearer {TOKEN[:-1]}"},
    "more": {"Authorization": f"Bearer {TOKEN}x"},
    "another scheme": {"Authorization": f"Basic {TOKEN}"},
    "no scheme": {"Authorization": TOKEN},
    "not ASCII": {"Authorization": "Bearer 0123456789abcde\u00e9"},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
def test_a_wrong_token_is_refused_and_not_repeated(given: Simulator, headers: Mapping[str, str]) -> None:
    status, problem, _ = ask(given, "/journal", headers)
    assert (status, problem["type"]) == (401, "urn:oifde-simulator:problem:no-token")
    assert TOKEN[:-1] not in json.dumps(problem)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_with_the_token_any_host_is_accepted(
    given: Simulator, headers: Mapping[str, str], scheme: str
) -> None:
    assert ask(given, "/tenants", {**headers, "Authorization": f"{scheme} {TOKEN}"})[0] == 200


def test_a_token_is_made_anew_at_each_start_and_long_enough() -> None:
    made = {access_token.token(Settings(control_host="0.0.0.0")) for _ in range(8)}
    assert len(made) == 8
    assert all(token and len(token) >= 32 for token in made)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_on_loopback_none_is_made(host: str) -> None:
    assert access_token.token(Settings(control_host=host)) is None


@pytest.mark.parametrize(
    "told", ["http://127.0.0.1:0", "http://LocalHost", "http://sim.localhost:1", "http://[::1]:2"]
)
def test_nor_where_others_are_told_a_name_of_this_machine(told: str) -> None:
    assert access_token.token(Settings(advertise_control=told)) is None


@pytest.mark.parametrize(
    "told", ["http://sim.example", "http://host.docker.internal:0", "https://192.0.2.1/sim"]
)
def test_where_others_are_told_another_host_one_is_made(told: str) -> None:
    assert access_token.token(Settings(advertise_control=told))


@pytest.mark.parametrize("host", ["localhost", "LocalHost"])
def test_nobody_is_asked_what_localhost_is(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def know_nothing(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(access_token.socket, "getaddrinfo", know_nothing)
    assert access_token.token(Settings(control_host=host)) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1"])
def test_beyond_it_one_is(host: str) -> None:
    assert access_token.token(Settings(control_host=host))


def test_a_made_token_is_printed_once_and_a_given_one_never(free: Simulator) -> None:
    shown = {"data_url": "http://d", "control_url": "http://c", "authority": False}
    lines = immediate(banner(free.tenants, Settings(), **shown, token=TOKEN))
    assert lines.count(TOKEN) == 1
    lines = immediate(banner(free.tenants, Settings(control_token=TOKEN), **shown))
    assert "control token" not in lines


def test_a_body_that_is_too_large_is_refused(free: Simulator) -> None:
    status, problem, _ = ask(free, "/tenants", {}, "POST", b'"' + b"x" * (5 << 20) + b'"')
    assert status == 413
    assert problem["status"] == 413


@pytest.mark.parametrize("name", ["Host", "Origin", "Sec-Fetch-Site"])
def test_a_second_header_hides_nothing(free: Simulator, name: str) -> None:
    port = urlsplit(free.control_url).port
    good = {"Host": f"127.0.0.1:{port}", "Origin": f"http://127.0.0.1:{port}", "Sec-Fetch-Site": "none"}
    lines = "".join(f"{each}: {value}\r\n" for each, value in good.items())
    head = f"GET /tenants HTTP/1.1\r\n{lines}{name}: attacker.example\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall(head.encode())
        assert peer.recv(64).split(b" ", 2)[1] in (b"400", b"403")
