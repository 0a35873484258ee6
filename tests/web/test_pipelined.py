"""Pipelined requests: answered in their order, but for one that is swallowed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from conftest import QUERY, TOKEN, ServeScenarios, VendorClient
from engines import Engine
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.wire.script import Wait

PATIENCE = 20
SCENARIO = f"""
tenant: {{tokens: ["{TOKEN}"]}}
rules:
  - {{name: gone, match: {{request: {{pageNum: "2"}}}}, faults: [swallow]}}
  - {{name: echo, respond: {{body: "page {{{{ request.pageNum }}}}"}}}}
"""


def query(page: str, *, last: bool = False) -> bytes:
    body = json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": "1", "pageNum": page}).encode()
    close = b"Connection: close\r\n" if last else b""
    head = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%bContent-Length: %d\r\n\r\n"
    return head % (QUERY.encode(), close, len(body)) + body


async def pipelined(vendor: VendorClient, pages: Sequence[str]) -> bytes:
    """Send all requests at once, and read until the connection ends."""
    server = vendor.client.server
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(b"".join(query(page, last=page == pages[-1]) for page in pages))
    octets = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    return octets


async def test_a_swallowed_request_is_never_answered_and_those_behind_it_are(serve: ServeScenarios) -> None:
    octets = await pipelined(await serve(acme=SCENARIO), ["1", "2", "3", "4"])
    assert [part.split(b"HTTP/1.1")[0] for part in octets.split(b"\r\n\r\n")[1:]] == [
        b"page 1", b"page 3", b"page 4",
    ]  # fmt: skip


async def test_a_swallowed_last_request_ends_its_connection_without_a_byte(serve: ServeScenarios) -> None:
    octets = await pipelined(await serve(acme=SCENARIO), ["1", "2"])
    assert octets.endswith(b"page 1")


def test_a_swallowed_request_is_on_record_as_such() -> None:
    engine = Engine({"acme": loader.loads(SCENARIO.encode(), "acme.yaml", "acme")})
    body = query("2").partition(b"\r\n\r\n")[2]
    exchange = engine.handle(Request("POST", QUERY, {"Content-Type": "application/json"}, body))
    (entry,) = engine.entries()
    assert exchange.script == ()
    assert (entry.rule, entry.faults, entry.decision.actions) == ("gone", ("swallow",), ())


def test_what_is_late_before_it_is_swallowed_stays_late() -> None:
    text = SCENARIO.replace("[swallow]", "[{latency: 2s}, swallow, gzip, close]")
    engine = Engine({"acme": loader.loads(text.encode(), "acme.yaml", "acme")})
    body = query("2").partition(b"\r\n\r\n")[2]
    exchange = engine.handle(Request("POST", QUERY, {"Content-Type": "application/json"}, body))
    assert exchange.script[0] == Wait(2.0)
    assert exchange.faults == ("latency", "swallow", "close")
