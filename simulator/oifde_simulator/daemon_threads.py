"""Threads for slow work, which nobody waits for: a process ends while they are at work.

Rule: the executors of the standard library are joined when a loop or the interpreter ends, so none is used.
Standard library only.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")

MOST = 4
"""Threads at once; further work waits for one."""


class DaemonThreads:
    """Threads that take work from one queue."""

    def __init__(self, most: int = MOST) -> None:
        """Start at most `most` threads, each when there is work for it."""
        self._most = most
        self._work: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._started = 0

    def submit(self, function: Callable[..., Result], *arguments: Any) -> Future[Result]:
        """Call a function in a thread; work that is cancelled before its turn is not begun."""
        future: Future[Result] = Future()
        self._work.put((future, lambda: function(*arguments)))
        if not self._idle.acquire(blocking=False):
            self._start_thread()
        return future

    def _start_thread(self) -> None:
        with self._lock:
            if self._started == self._most:
                return
            self._started += 1
        threading.Thread(target=self._run, name="slow work", daemon=True).start()

    def _run(self) -> None:
        while True:
            future, call = self._work.get()
            if future.set_running_or_notify_cancel():
                _settle(future, call)
            del future, call  # or they would be kept until the next work
            self._idle.release()


def _settle(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001  raised where the result is awaited
        future.set_exception(error)


_threads = DaemonThreads()


def submit(function: Callable[..., Result], *arguments: Any) -> Future[Result]:
    """Call a slow function in one of the threads of this process."""
    return _threads.submit(function, *arguments)


def _forget_threads() -> None:
    """Begin anew in a forked child, which has none of the threads."""
    global _threads
    _threads = DaemonThreads()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)
