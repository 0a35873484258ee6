"""A server of several workers inside another program, whose thread watches over them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from oifde_simulator.config import Settings
from oifde_simulator.runtime import ready_file
from oifde_simulator.runtime.workers.serve import LOST, STORE_LOST, first, require_linux
from oifde_simulator.runtime.workers.server import WorkersServer, prepared

log = logging.getLogger("oifde_simulator")

Listening = tuple[WorkersServer, asyncio.AbstractEventLoop, asyncio.Event]


@contextmanager
def running(settings: Settings, lock: int) -> Iterator[WorkersServer]:
    """Run a server of several workers until the end of the block; `lock` is the descriptor of the log's lock.

    Raises ValueError or OSError for settings that cannot be used.
    """
    require_linux()
    ready_files = [settings.ready_file] if settings.ready_file else []
    ready_file.remove_old(ready_files)
    up: Future[Listening] = Future()

    async def serve() -> None:
        async with prepared(settings, lock) as server:
            await server.start()
            with ready_file.ready_files(ready_files, **server.urls):
                stop = asyncio.Event()
                up.set_result((server, asyncio.get_running_loop(), stop))
                _, lost = await first(stop.wait(), server.store_lost())
        if lost:
            log.error("%s: %s", LOST, lost)
            server.coverage = {"code": STORE_LOST}

    def run_loop() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if up.done():
                raise
            up.set_exception(error)

    def stop_loop(_: object) -> None:
        if up.exception() is None:
            _, loop, stop = up.result()
            loop.call_soon_threadsafe(stop.set)

    with ThreadPoolExecutor(1, thread_name_prefix="supervisor") as threads:
        ended = threads.submit(run_loop)
        try:
            yield up.result()[0]
        finally:
            up.add_done_callback(stop_loop)  # even after an interrupt during the start
            ended.result()
