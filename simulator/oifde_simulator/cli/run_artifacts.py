"""The option `--artifacts` of `run`: a folder that is checked at the start, and filled at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from oifde_simulator.config import Settings

if TYPE_CHECKING:
    from oifde_simulator.runtime.child.command import Finish


@contextmanager
def artifacts_in(path: Path | None, settings: Settings) -> Iterator[tuple[Settings, Finish]]:
    """Provide the settings of the server, and what is to be done once its command has ended.

    What cannot be written then is told on standard error; the exit code is the command's all the same.
    Raises ValueError for a folder that cannot be written.
    """
    if path is None:
        yield settings, lambda _: None
        return
    from oifde_simulator.artifacts.run import RunArtifacts

    artifacts = RunArtifacts(path)
    try:
        yield (
            artifacts.with_log(settings),
            lambda server: artifacts.collect(server.own_control_url, server.token),
        )
    finally:
        for complaint in artifacts.finish():
            print(f"oifde-simulator run: {complaint}", file=sys.stderr)
