"""SIGTERM for commands that keep what they have learnt when they are interrupted."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress


def end_at_sigterm() -> None:
    """Let SIGTERM, as of a pipeline that takes too long, cancel the current task, as Ctrl-C does."""
    task = asyncio.current_task()
    with suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
