"""Threads that nobody waits for: their number, their results, and the end of a process beside them."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from oifde_simulator.daemon_threads import DaemonThreads
from serving import PATIENCE, environment

ENDS = """
import asyncio, threading
from oifde_simulator.immediate import aside

async def main():
    begun = threading.Event()
    task = asyncio.create_task(aside(lambda: (begun.set(), threading.Event().wait())))
    while not begun.is_set():
        await asyncio.sleep(0)

asyncio.run(main())
"""


def test_no_more_threads_than_allowed_do_the_work_and_all_of_it_is_done() -> None:
    threads = DaemonThreads(2)
    names: set[int] = set()
    done = [threads.submit(lambda: names.add(threading.get_ident())) for _ in range(20)]
    for future in done:
        future.result(PATIENCE)
    assert 1 <= len(names) <= 2


def test_what_work_raises_is_raised_where_it_is_awaited() -> None:
    with pytest.raises(ZeroDivisionError):
        DaemonThreads(1).submit(lambda: 1 // 0).result(PATIENCE)


def test_work_that_is_cancelled_before_its_turn_is_not_begun() -> None:
    threads, gate = DaemonThreads(1), threading.Event()
    first = threads.submit(gate.wait)
    second = threads.submit(pytest.fail)
    assert second.cancel()
    gate.set()
    assert first.result(PATIENCE)
    assert threads.submit(lambda: 1).result(PATIENCE) == 1


def test_a_process_does_not_wait_for_work_that_never_ends() -> None:
    command = [sys.executable, "-c", ENDS]
    assert subprocess.run(command, env=environment(), timeout=PATIENCE, check=False).returncode == 0
