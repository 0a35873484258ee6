"""Texts are checked one at a time, whoever leaves."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

from oifde_simulator.scenario.text_check import TextCheck
from oifde_simulator.tenants import Tenants
from oifde_simulator.web.control_plane.services.check import CheckService


async def test_a_text_waits_for_the_one_before_it_although_its_client_has_left() -> None:
    service = CheckService(Tenants({}, seed="0", error_status=200))
    begun, go_on, order = threading.Event(), threading.Event(), list[str]()

    def slow() -> TextCheck:
        begun.set()
        go_on.wait()
        order.append("slow")
        return TextCheck(())

    def quick() -> TextCheck:
        order.append("quick")
        return TextCheck(())

    first = asyncio.create_task(service._aside(slow))
    await asyncio.to_thread(begun.wait)
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    second = asyncio.create_task(service._aside(quick))
    await asyncio.sleep(0)
    assert order == []
    go_on.set()
    await second
    assert order == ["slow", "quick"]
