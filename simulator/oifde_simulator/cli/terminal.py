"""Output for people: no text of a file or an argument drives a terminal, and nobody has to read to the end.

Rule: every command writes through this. Characters that cannot be printed become escapes; once a reader has
gone, the rest is dropped, and the command goes on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from oifde_simulator.streams import printable_text


class PrintableStream:
    """A text stream that escapes what cannot be printed, and outlives its reader."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text, escaped; nothing once the reader has gone."""
        with self._reader_may_go():
            self._stream.write(printable_text(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write texts one after another."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Write out what waits; nothing once the reader has gone."""
        with self._reader_may_go():
            self._stream.flush()

    @contextmanager
    def _reader_may_go(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            self._drop_the_rest()

    def _drop_the_rest(self) -> None:
        """Lead the descriptor nowhere: the interpreter flushes it once more at its end."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        with suppress(OSError, ValueError):
            os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def printable_output() -> Iterator[None]:
    """Make standard output and standard error streams of this kind, until the end of the block."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(_printable, before)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        sys.stdout, sys.stderr = before


def _printable(stream: TextIO | None) -> TextIO:
    # A stream is None where its descriptor was closed before the start.
    return cast(TextIO, stream if stream is None else PrintableStream(stream))
