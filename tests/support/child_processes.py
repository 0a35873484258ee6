"""Programs that a test starts, and that nobody waits for when it has failed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def started(words: Sequence[Any], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """Run a program, with options of Popen, until the end of the block; kill it if it still runs then."""
    with subprocess.Popen(words, **options) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
