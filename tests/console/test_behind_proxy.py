"""The console below a path of a proxy: its files, its live list and what it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from controlling import Controlling
from serving import PATIENCE, fetch, running

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow

TOKEN = "0123456789abcdef"


@contextmanager
def proxied(target: str) -> Iterator[str]:
    """Pass what is below `/sim/` on to `target`, as a proxy does; give the address of the page."""
    up: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()

    async def serve() -> None:
        async with aiohttp.ClientSession(auto_decompress=False) as session:

            async def forward(request: web.Request) -> web.StreamResponse:
                url = target + request.raw_path.removeprefix("/sim")
                kept = {name: value for name, value in request.headers.items() if name != "Transfer-Encoding"}
                body = await request.read()
                async with session.request(request.method, url, headers=kept, data=body or None) as found:
                    answer = web.StreamResponse(status=found.status, headers=found.headers)
                    await answer.prepare(request)
                    async for chunk in found.content.iter_any():
                        await answer.write(chunk)
                    return answer

            app = web.Application()
            app.router.add_route("*", "/sim/{rest:.*}", forward)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            up.set_result((asyncio.get_running_loop(), stop := asyncio.Event(), runner.addresses[0][1]))
            await stop.wait()
            await runner.cleanup()

    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(asyncio.run, serve())
        loop, stop, port = up.result(PATIENCE)
        try:
            yield f"http://127.0.0.1:{port}/sim/"
        finally:
            loop.call_soon_threadsafe(stop.set)
            ended.result(PATIENCE)


@pytest.fixture
def below(tab: Any) -> Iterator[tuple[Any, Controlling, list[str]]]:
    """A tab on the console below `/sim/`, the server, and the addresses that were asked for."""
    with running(control_token=TOKEN) as simulator, proxied(simulator.control_url) as address:
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(f"{address}#token={TOKEN}")
        yield tab, Controlling(simulator), [address, *asked]
        assert all(url.startswith((address, "blob:", "data:")) for url in asked), asked


def test_the_list_is_live_and_a_tenant_is_made(below: tuple[Any, Controlling, list[str]]) -> None:
    tab, served, [address, *_] = below
    tab.get_by_text("No exchange yet.").wait_for()
    assert tab.url == f"{address}#/"

    body = b'{"tenantId": "outage", "authToken": "0", "userMobile": "18000000001"}'
    fetch(served.simulator.data_url + "/oifde/rest/api/queryRecordHistory", body)
    tab.get_by_text("spoiled by outage").wait_for()

    for view in ("Tenants", "Sessions", "Gallery", "Verdicts"):
        tab.get_by_role("navigation").get_by_role("link", name=view).click()
        tab.get_by_role("heading", name=view, level=1).wait_for()
    tab.goto(f"{address}#/gallery/outage")
    tab.get_by_role("button", name="Make me a tenant like this").click()
    tab.locator(".credentials").wait_for()
