"""A guardian of our processes: it ends them, and removes their folder, if this process is killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from oifde_simulator.runtime import guardian


@contextmanager
def guarded(folder: str | Path) -> Iterator[Callable[[int], None]]:
    """Have another process clean up if this one is killed within the block; call with each process id."""
    with subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-I", "-S", guardian.__file__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,  # signals of a terminal are not for it
    ) as process:
        pipe = process.stdin
        assert pipe is not None

        def tell(line: bytes) -> None:
            with suppress(OSError):  # somebody has ended it
                pipe.write(line)
                pipe.flush()

        try:
            yield lambda pid: tell(b"%d\n" % pid)
        finally:
            tell(guardian.DONE)
