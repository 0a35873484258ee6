"""URLs in answers of the control plane: those by which its caller reaches the vendor's port."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from oifde_simulator.client import Control, SimulatedTenant
from oifde_simulator.client.aio.control import AsyncControl
from oifde_simulator.client.aio.tenant import AsyncSimulatedTenant
from oifde_simulator.client.models import MadeTenant
from oifde_simulator.runtime.server import Simulator
from serving import PATIENCE, needs_ipv6, running

TOKEN = "a-token-for-this-run"


def call(server: Simulator, method: str, path: str, *hosts: str, body: Any = None) -> Any:
    """Call the control plane with these Host headers."""
    payload = b"" if body is None else json.dumps(body).encode()
    address = urlsplit(server.listening["control"]).netloc
    with closing(http.client.HTTPConnection(address, timeout=PATIENCE)) as connection:
        connection.putrequest(method, path, skip_host=True)
        for host in hosts:
            connection.putheader("Host", host)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(payload)))
        connection.putheader("Authorization", f"Bearer {TOKEN}")
        connection.endheaders(payload)
        return json.loads(connection.getresponse().read())


def url_told(server: Simulator, *hosts: str) -> str:
    """Read the URL of the vendor's port in the state of the listener."""
    return str(call(server, "GET", "/listener", *hosts)["url"])


def at(server: Simulator, host: str) -> str:
    """Build the URL of a server's port at a host."""
    return f"http://{host}:{urlsplit(server.listening['data']).port}"


def test_everywhere_the_caller_is_told_the_host_that_it_asked_for() -> None:
    with running(host="0.0.0.0", control_token=TOKEN, recordings_port=0) as server:
        assert url_told(server, "sim.example:18444") == at(server, "sim.example")
        assert url_told(server, "my_service") == at(server, "my_service")
        assert url_told(server, "[2001:db8::1]:8444") == at(server, "[2001:db8::1]")
        made = call(server, "POST", "/tenants", "sim.example", body={"scenario": {"rules": []}})
        assert made["url"] == at(server, "sim.example")
        assert made["recordingsUrl"] == f"http://sim.example:{urlsplit(server.recordings_url).port}"
        assert server.data_url == at(server, "127.0.0.1")  # what the banner says


@pytest.mark.parametrize("host", ["", "sim/evil", "user@sim", "expired.localhost:8444"])
def test_a_host_that_is_none_is_not_told_on(host: str) -> None:
    with running(host="0.0.0.0", control_token=TOKEN) as server:
        assert url_told(server, host) == at(server, "127.0.0.1")


def test_on_loopback_the_names_of_loopback_are_told() -> None:
    with running() as server:
        assert url_told(server, "localhost:1") == at(server, "localhost")
        assert url_told(server, "127.0.0.1:1") == at(server, "127.0.0.1")
        assert url_told(server, "127.0.0.2") == at(server, "127.0.0.1")  # nobody listens there


def test_behind_a_proxy_on_the_same_machine_its_name_is_told() -> None:
    with running(control_token=TOKEN) as server:
        assert url_told(server, "sim.example") == at(server, "sim.example")


@needs_ipv6
def test_a_port_at_one_address_is_told_with_that() -> None:
    with running(host="::1") as server:
        assert url_told(server, "localhost:1") == at(server, "[::1]")


def test_what_is_advertised_is_told_to_everybody() -> None:
    with running(
        advertise="https://vendor.example:0/ivr", host="0.0.0.0", control_token=TOKEN, recordings_port=0
    ) as server:
        port = urlsplit(server.listening["data"]).port
        assert server.data_url == f"https://vendor.example:{port}/ivr"
        for host in ("localhost", "sim.example"):
            listener = call(server, "GET", "/listener", host)
            assert listener["url"] == server.data_url
            assert listener["recordingsUrl"] == server.recordings_url
        assert server.recordings_url.startswith("http://vendor.example:")


def test_ports_with_a_fault_are_told_at_the_advertised_host() -> None:
    with running(
        advertise="https://vendor.example", control_token=TOKEN, tls="auto", tls_fault=(("expired", 0),)
    ) as server:
        ((fault, url),) = server.tls_faults
        assert url.startswith("https://vendor.example:")
        assert call(server, "GET", "/listener", "a")["tlsFaults"] == [{"fault": fault, "url": url}]


def test_the_client_may_know_better() -> None:
    with running(recordings_port=0) as server, Control(server.control_url) as control:
        tenant = SimulatedTenant.made(control, data_url="http://mapped.example:18443/")
        assert tenant.url == "http://mapped.example:18443"
        port = urlsplit(server.recordings_url).port
        assert tenant.recordings_url == f"http://mapped.example:{port}"


async def test_so_may_the_client_of_coroutines() -> None:
    with running() as server:
        async with AsyncControl(server.control_url) as control:
            tenant = await AsyncSimulatedTenant.made(control, data_url="http://mapped.example:18443")
            assert (tenant.url, tenant.recordings_url) == ("http://mapped.example:18443",) * 2


def test_an_address_of_ipv6_keeps_its_brackets() -> None:
    made = MadeTenant("acme", "", "", "http://a:1", recordings_url="http://a:2")
    assert made.reached_at("http://[::1]:8/x").recordings_url == "http://[::1]:2"
    assert made.reached_at("http://[::1]").recordings_url == "http://[::1]:2"


@pytest.mark.parametrize(
    ("told", "reached"),
    [
        ("https://files.example", "https://files.example"),
        ("https://ab:2/c", "https://ab:2/c"),
        ("https://a/c", "https://mapped/c"),
        ("https://a:2/c", "https://mapped:2/c"),
    ],
)
def test_recordings_that_are_told_at_another_host_stay_there(told: str, reached: str) -> None:
    made = MadeTenant("acme", "", "", "http://a:1", recordings_url=told)
    assert made.reached_at("http://mapped:8").recordings_url == reached


def test_everybody_is_told_the_advertised_url_of_recordings() -> None:
    with running(advertise_recordings="https://files.example", recordings_port=0) as server:
        for host in ("localhost", "127.0.0.1"):
            listener = call(server, "GET", "/listener", host)
            assert listener["url"] == at(server, host)
            assert listener["recordingsUrl"] == server.recordings_url == "https://files.example"
