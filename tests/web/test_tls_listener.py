"""`PUT /listener` breaks and mends the TLS of new connections, for everybody and for a while."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from controlling import Controlling
from oifde_simulator.client import Control, ControlProblem
from oifde_simulator.client.aio.control import AsyncControl
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.tls_faults import FAULTS, GOOD
from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.tls import switch
from oifde_simulator.web.tls.context import TlsError
from oifde_simulator.web.tls.faults import maker
from oifde_simulator.web.tls.faults.maker import FaultMaker
from oifde_simulator.web.tls.served import ServedTls
from oifde_simulator.web.tls.switch import TlsSwitch
from serving import Peer, post, running

BODY = b"{}"


class Moved:
    """Clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Moved:
    moved = Moved()
    monkeypatch.setattr(switch, "monotonic", moved)
    return moved


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    with running(tls="auto", recordings_port=0, log_level="error") as simulator:
        yield simulator


@pytest.fixture
def control(server: Simulator) -> Iterator[Controlling]:
    controlling = Controlling(server)
    yield controlling
    controlling("PUT", "/listener", {"tls": GOOD})


@pytest.fixture(scope="module")
def plain() -> Iterator[Controlling]:
    with running() as simulator:
        yield Controlling(simulator)


def is_good(server: Simulator, url: str = "") -> bool:
    try:
        with Peer(url or server.data_url, server.ca_pem) as peer:
            peer.send(post(BODY))
            return peer.answer().status > 0
    except ssl.SSLCertVerificationError as error:
        assert "expired" in str(error)
        return False


def described(answer: Any) -> bool:
    whole = openapi.document()
    schema = {"$ref": "#/components/schemas/Listener", "components": whole["components"]}
    return Schema(schema).accepts(answer)


def test_a_fault_lasts_for_its_ttl_and_says_what_is_left(
    server: Simulator, control: Controlling, clock: Moved
) -> None:
    before = control("GET", "/listener").json
    assert "tls" not in before
    told = control("PUT", "/listener", {"tls": "expired", "ttl": "30s"}).json
    assert told == {**before, "tls": "expired", "tlsTtl": 30.0}
    assert described(told)
    clock.now += 29.5
    assert control("GET", "/listener").json["tlsTtl"] == 0.5
    assert not is_good(server)
    assert not is_good(server, server.recordings_url)
    clock.now += 0.5
    assert is_good(server)
    assert is_good(server, server.recordings_url)
    assert control("GET", "/listener").json == before


ENDS: dict[str, tuple[str, str, Any]] = {
    "good": ("PUT", "/listener", {"tls": GOOD}),
    "reset": ("POST", "/reset", ...),
    "clear": ("POST", "/clear", ...),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_without_a_ttl_it_lasts_until_it_is_ended(
    server: Simulator, control: Controlling, clock: Moved, end: tuple[str, str, Any]
) -> None:
    assert control("PUT", "/listener", {"tls": "expired"}).json["tlsTtl"] is None
    clock.now += 1e9
    assert not is_good(server)
    assert control(*end).status == 200
    assert is_good(server)
    assert "tls" not in control("GET", "/listener").json


def test_the_last_fault_and_the_last_ttl_count(control: Controlling, clock: Moved) -> None:
    control("PUT", "/listener", {"tls": "expired", "ttl": "1h"})
    assert control("PUT", "/listener", {"tls": "cut"}).json["tlsTtl"] is None
    told = control("PUT", "/listener", {"tls": "cut", "ttl": "1s"}).json
    assert (told["tls"], told["tlsTtl"]) == ("cut", 1.0)
    for _ in range(2):
        assert "tls" not in control("PUT", "/listener", {"tls": GOOD}).json


def test_a_reset_of_one_tenant_leaves_it(server: Simulator, control: Controlling) -> None:
    control("PUT", "/listener", {"tls": "expired"})
    assert control("POST", "/tenants/tenant001/reset").status == 200
    assert not is_good(server)


def test_connections_that_are_open_stay(server: Simulator, control: Controlling) -> None:
    with Peer(server.data_url, server.ca_pem) as peer:
        control("PUT", "/listener", {"tls": "refused"})
        for _ in range(2):
            peer.send(post(BODY))
            assert peer.answer().status > 0


def test_a_session_of_good_tls_is_no_way_around_a_fault(server: Simulator, control: Controlling) -> None:
    client = ssl.create_default_context(cadata=(server.ca_pem or b"").decode())
    client.maximum_version = ssl.TLSVersion.TLSv1_2  # its sessions are there after the handshake
    session = _session(server, client, None)
    assert session is not None
    control("PUT", "/listener", {"tls": "expired"})
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        _session(server, client, session)


def _session(server: Simulator, client: ssl.SSLContext, session: Any) -> Any:
    port = int(server.data_url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain_socket,
        client.wrap_socket(plain_socket, server_hostname="127.0.0.1", session=session) as secure,
    ):
        return secure.session


def test_open_and_tls_are_two_switches(server: Simulator, control: Controlling) -> None:
    control("PUT", "/listener", {"tls": "expired"})
    assert control("PUT", "/listener", {"open": False}).json["tls"] == "expired"
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", int(server.data_url.rpartition(":")[2]))) == errno.ECONNREFUSED
    assert control("PUT", "/listener", {"open": True}).json["tls"] == "expired"
    assert not is_good(server)


WRONG: dict[str, tuple[Any, str]] = {
    "a name that is near": ({"tls": "expird"}, 'did you mean "expired"?'),
    "another name": ({"tls": "bad"}, "tls"),
    "null": ({"tls": None}, "tls"),
    "a list": ({"tls": ["expired"]}, "tls"),
    "both": ({"tls": "expired", "open": True}, "send two requests"),
    "both, closed for a while": ({"tls": "expired", "open": False, "ttl": "5s"}, "send two requests"),
    "good for a while": ({"tls": "good", "ttl": "5s"}, "goes with a fault"),
    "no unit": ({"tls": "expired", "ttl": "5"}, "ttl"),
    "no time": ({"tls": "expired", "ttl": "0s"}, "ttl"),
    "a ttl alone": ({"ttl": "5s"}, "open"),
    "another key": ({"tls": "expired", "for": "5s"}, "for"),
}


@pytest.mark.parametrize(("body", "words"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("tls", ["auto", "off"])
def test_what_cannot_be_meant_changes_nothing(
    control: Controlling, plain: Controlling, body: Any, words: str, tls: str
) -> None:
    asked = control if tls == "auto" else plain
    before = asked("GET", "/listener").body
    answer = asked("PUT", "/listener", body)
    assert answer.problem == (400, "wrong-body")
    assert words in answer.json["detail"]
    assert asked("GET", "/listener").body == before


@pytest.mark.parametrize("tls", ["expired", GOOD])
def test_with_tls_off_there_is_nothing_to_break(plain: Controlling, tls: str) -> None:
    answer = plain("PUT", "/listener", {"tls": tls})
    assert answer.problem == (409, "tls-off")
    assert "found serve --tls off" in answer.json["detail"]
    assert plain("POST", "/reset").status == 200


def test_a_fault_that_the_system_cannot_serve_is_told(
    server: Simulator, control: Controlling, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise TlsError("TLS fault old-protocol", "an OpenSSL that serves it", "no protocols available", "so")

    monkeypatch.setattr(FaultMaker, "make", refuse)
    answer = control("PUT", "/listener", {"tls": "old-protocol"})
    assert answer.problem == (409, "tls-fault")
    assert "no protocols available" in answer.json["detail"]
    assert is_good(server)


def test_a_system_without_our_acceptor_says_so(
    server: Simulator, control: Controlling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maker, "sys", SimpleNamespace(platform="win32"))
    answer = control("PUT", "/listener", {"tls": "cut"})
    assert answer.problem == (409, "tls-fault")
    assert "expected Linux or macOS, found Windows; ask for a server name instead" in answer.json["detail"]


def test_the_document_has_every_fault() -> None:
    schemas = openapi.document()["components"]["schemas"]
    assert tuple(schemas["TlsFault"]["enum"]) == FAULTS
    assert tuple(schemas["NewListener"]["properties"]["tls"]["enum"]) == (GOOD, *FAULTS)


async def test_of_two_orders_at_once_the_last_counts() -> None:
    class Slow(FaultMaker):
        def __init__(self) -> None:
            self.may = dict.fromkeys(FAULTS, True)

        def make(self, fault: str) -> ServedTls:
            while not self.may[fault]:
                pass
            return ServedTls(None, fault)

    slow = Slow()
    slow.may["cut"] = False
    tls = TlsSwitch(ServedTls(None), slow)
    first = asyncio.create_task(tls.spoil("cut"))
    await asyncio.sleep(0)
    await tls.spoil("hanging")
    slow.may["cut"] = True
    await first
    assert tls.fault == "hanging"


# The client


def test_the_client_breaks_and_mends_tls(server: Simulator) -> None:
    with Control(server.control_url) as control, Control(server.control_url) as other:
        assert (control.listener().tls, control.has_broken_tls) == (None, False)
        broken = control.break_tls("expired", 600)
        assert (broken.tls, broken.open, broken.ttl) == ("expired", True, None)
        assert 590 < (broken.tls_ttl or 0) <= 600
        assert (control.has_broken_tls, other.has_broken_tls) == (True, False)
        assert not is_good(server)
        assert control.mend_tls().tls is None
        assert not control.has_broken_tls
        assert is_good(server)


def test_a_fault_that_is_refused_has_broken_nothing(plain: Controlling) -> None:
    with Control(plain.simulator.control_url) as control:
        for fault in ("expired", "expird"):
            with pytest.raises(ControlProblem):
                control.break_tls(fault)
            assert not control.has_broken_tls


async def test_the_client_for_coroutines_does_the_same(server: Simulator) -> None:
    async with AsyncControl(server.control_url) as control:
        assert (await control.break_tls("cut", "1h")).tls == "cut"
        assert control.has_broken_tls
        assert (await control.mend_tls()).tls is None
        assert not control.has_broken_tls


def test_a_port_that_there_is_not_is_told() -> None:
    with (
        running(tls="auto", tls_fault=(("cut", 0), ("cut", 0))) as server,
        Control(server.control_url) as control,
    ):
        listener = control.listener()
        assert [each["fault"] for each in listener.tls_faults] == ["cut", "cut"]
        assert listener.tls_fault_url("cut") == server.tls_faults[0][1]
        with pytest.raises(LookupError, match="only: cut; start serve with --tls-fault expired=0"):
            listener.tls_fault_url("expired")
        told = Controlling(server)("GET", "/listener").json
        assert told["tlsFaults"] == [{"fault": "cut", "url": url} for _, url in server.tls_faults]
        assert described(told)
