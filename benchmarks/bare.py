"""The servers to compare with: aiohttp with a constant answer, and nothing else.

Rule: as lean as each way through aiohttp can honestly be written, so that nothing flatters the simulator.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import uvloop
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

QUERY = "/oifde/rest/api/queryRecordHistory"
DEFAULT_BODY = b"{}".ljust(1130)
"""As long as the specification's example response without its spaces, about."""


class Sent(web.StreamResponse):
    """A response whose bytes have left already."""

    def __init__(self) -> None:
        """Nothing to set up: there is nothing left to send."""

    @property
    def keep_alive(self) -> bool:
        return True

    async def prepare(self, _: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, _: bytes = b"") -> None:
        return None


def application(body: bytes) -> web.AppRunner:
    """`web.Application` and a constant `web.Response`: how anybody would begin."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_post(QUERY, answer)
    return web.AppRunner(app, access_log=None)


def raw(body: bytes) -> web.ServerRunner:
    """`web.Server` without a router, and constant bytes written on the transport."""
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Fri, 16 Apr 2021 07:42:22 GMT\r\n"
    answer = f"{head}Server: raw\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    sent = Sent()

    async def write(request: web.BaseRequest) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.write(answer)
        return sent

    return web.ServerRunner(web.Server(write, access_log=None))


KINDS: dict[str, Callable[[bytes], web.BaseRunner]] = {
    "application": application,
    "raw": raw,
}


async def serve(kind: str, port: int, body: bytes, ready: Path | None) -> None:
    runner = KINDS[kind](body)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    if ready:
        bound = runner.addresses[0][1]
        draft = ready.with_suffix(".draft")
        draft.write_text(json.dumps({"data": f"http://127.0.0.1:{bound}", "pid": os.getpid()}))
        draft.rename(ready)
    await asyncio.Event().wait()


def main() -> None:
    options = argparse.ArgumentParser(description="A bare aiohttp server with a constant answer.")
    options.add_argument("kind", choices=KINDS)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--ready-file", type=Path, help="written once it listens, as the simulator's is")
    options.add_argument(
        "--body-file", type=Path, help="what to answer; default: as many bytes as the example"
    )
    chosen = options.parse_args()
    body = chosen.body_file.read_bytes() if chosen.body_file else DEFAULT_BODY
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(chosen.kind, chosen.port, body, chosen.ready_file))


if __name__ == "__main__":
    main()
