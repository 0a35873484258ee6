"""A server as a process of its own: started, asked where it listens, and stopped.

Rule: import the standard library only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any
from weakref import WeakSet

from oifde_simulator.config.reading import ENVIRONMENT_PREFIX, STATE_PASSWORD, STATE_USER

STOP_TIMEOUT = 10.0
"""Seconds in which a process must end by itself."""

PROGRAM = (
    "import sys; sys.path.append(sys.argv.pop(1)); from oifde_simulator.cli import main; sys.exit(main())"
)
"""Code of a server process: run this package from its own place, and nothing of the current folder."""


def start_process(options: Sequence[str], log: IO[bytes], token: str | None) -> subprocess.Popen[bytes]:
    package = str(Path(__file__).parents[2])
    inherited = {name: text for name, text in os.environ.items() if _is_inherited(name)}
    serve = ("serve", "--port", "0", "--control-port", "0", "--until-eof", *options)
    child = subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-P", "-c", PROGRAM, package, *serve],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=inherited if token is None else {**inherited, f"{ENVIRONMENT_PREFIX}CONTROL_TOKEN": token},
        # Ctrl-C is for this process, which stops the server when it ends.
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    assert child.stdin is not None
    INPUTS.add(child.stdin)
    return child


def _is_inherited(name: str) -> bool:
    """Check that a server is to see a variable: no setting is for it but by its options."""
    return not name.startswith(ENVIRONMENT_PREFIX) or name in (STATE_USER, STATE_PASSWORD)


INPUTS: WeakSet[IO[bytes]] = WeakSet()
"""Pipes whose end is the end of a server."""


def _close_inputs() -> None:
    """Close the pipes in a forked child, which would keep servers alive after this process."""
    for pipe in list(INPUTS):
        pipe.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_inputs)


def read_ready_file(child: subprocess.Popen[bytes], ready: Path, log: IO[bytes]) -> dict[str, Any]:
    assert child.stdout is not None
    if child.stdout.readline() and ready.exists():  # it prints once both ports listen
        address: dict[str, Any] = json.loads(ready.read_text())
        return address
    child.wait(STOP_TIMEOUT)
    log.seek(0)
    raise RuntimeError(f"the simulator did not start: {log.read().decode('utf-8', 'replace').strip()}")


def stop_process(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    with child:  # closes its other pipes
        child.stdin.close()
        if os.name == "posix":  # a child that was forked by other means may hold the pipe open
            child.terminate()
        try:
            child.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            child.kill()
