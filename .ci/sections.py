"""Sections of .ci/run: commands that may run side by side, each with its output shown whole when it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

PATIENCE = 20 * 60.0
"""Seconds in which a section ends, where nothing else is said."""
GRACE = 10.0
"""Seconds to end in, for what is told to end."""
NOTES = ("skipped:", "not checked", "not on this machine", "not rendered", "not run", "passed only by itself")
"""Beginnings of the lines that the summary repeats: what a script has left out, or had to try again."""


class SectionFailed(Exception):
    """A command whose exit code is not 0, or that did not end; its output was shown."""


class Sections:
    """Runs sections and notes the seconds of each."""

    def __init__(self, outputs: Path) -> None:
        """`outputs` is a folder for the output of sections that still run."""
        self._outputs = (outputs / f"{number}.log" for number in count(1))
        self._began = time.monotonic()
        self._seconds: dict[str, float] = {}
        self._notes: list[str] = []

    async def run(
        self, title: str, *command: str | Path, patience: float = PATIENCE, **variables: str
    ) -> None:
        """Run a command with variables added to the environment; raise SectionFailed if it fails.

        Its output is shown also where it takes longer than `patience` seconds, or another section fails.
        """
        output, began = next(self._outputs), time.monotonic()
        print(f"-- begins: {title} ({output})", flush=True)
        outcome = "was ended"
        try:
            code = await _exit_code(command, output, os.environ | variables, patience)
            outcome = f"exit code {code}" if code else ""
        except TimeoutError:
            outcome = f"no end within {patience:.0f} s: the last lines say what each process did"
        finally:
            self._seconds[title] = time.monotonic() - began
            self._show(title, output.read_text(errors="replace"), outcome)
        if outcome:
            raise SectionFailed(f"{title}: {outcome}")

    def _show(self, title: str, text: str, outcome: str) -> None:
        """Show what a section printed, and keep its notes for the summary."""
        self._notes += [line for line in text.splitlines() if line.startswith(NOTES)]
        print(f"\n== {title}\n{text}", *[f"== {outcome}: {title}"] * bool(outcome), sep="\n", flush=True)

    def summary(self) -> str:
        """List the seconds of each section and of all, and all notes."""
        lines = [f"{seconds:4.0f} s  {title}" for title, seconds in self._seconds.items()]
        return "\n".join((*lines, f"{time.monotonic() - self._began:4.0f} s  in all", *self._notes))


async def _exit_code(
    command: tuple[str | Path, ...], output: Path, environment: Mapping[str, str], patience: float
) -> int:
    """Run a command to its end, and end all that it started, also when the section is cancelled.

    After `patience` seconds its processes are aborted, at which pytest prints the stack of each thread.
    """
    with output.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    try:
        return await asyncio.wait_for(process.wait(), patience)
    except TimeoutError:
        await _end(process, signal.SIGABRT)
        raise
    finally:
        await _end(process, signal.SIGTERM)


async def _end(process: asyncio.subprocess.Process, by: signal.Signals) -> None:
    """Send a signal to all that a process started, and kill what has not ended some seconds later."""
    for each in (by, signal.SIGKILL):
        with suppress(ProcessLookupError, TimeoutError):
            os.killpg(process.pid, each)
            async with asyncio.timeout(GRACE):
                await _gone(process.pid)
    await process.wait()


async def _gone(group: int) -> None:
    """Wait for the last process of a group; raise ProcessLookupError then."""
    while True:
        os.killpg(group, 0)
        await asyncio.sleep(0.05)
