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

LEFT_OUT = ("skipped:", "not checked", "not on this machine", "not rendered", "not run")
"""Beginnings of the lines by which a script says what it has left out."""


class SectionFailed(Exception):
    """A command whose exit code is not 0; its output was shown."""


class Sections:
    """Runs sections and notes the seconds of each."""

    def __init__(self, outputs: Path) -> None:
        """`outputs` is a folder for the output of sections that still run."""
        self._outputs = (outputs / f"{number}.log" for number in count(1))
        self._began = time.monotonic()
        self._seconds: dict[str, float] = {}
        self._left_out: list[str] = []

    async def run(self, title: str, *command: str | Path, **variables: str) -> None:
        """Run a command with variables added to the environment; raise SectionFailed if it fails."""
        output, began = next(self._outputs), time.monotonic()
        print(f"-- begins: {title} ({output})", flush=True)
        code = await _exit_code(command, output, os.environ | variables)
        self._seconds[title] = time.monotonic() - began
        text = output.read_text(errors="replace")
        self._left_out += [line for line in text.splitlines() if line.startswith(LEFT_OUT)]
        print(f"\n== {title}\n{text}", flush=True)
        if code:
            raise SectionFailed(f"{title}: exit code {code}")

    def summary(self) -> str:
        """List the seconds of each section and of all, and what was left out."""
        lines = [f"{seconds:4.0f} s  {title}" for title, seconds in self._seconds.items()]
        return "\n".join((*lines, f"{time.monotonic() - self._began:4.0f} s  in all", *self._left_out))


async def _exit_code(command: tuple[str | Path, ...], output: Path, environment: Mapping[str, str]) -> int:
    """Run a command to its end, and end all that it started, also when the section is cancelled."""
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
        return await process.wait()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()
