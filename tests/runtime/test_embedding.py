"""A server inside another program: its end, under forks, and its timers, under a frozen time."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from oifde_simulator.runtime import embedding
from oifde_simulator.runtime.embedding import RealTimeLoop, spawned
from serving import PATIENCE, environment

posix = pytest.mark.skipif(os.name != "posix", reason="fork is of POSIX")

FORKS = """
import os
from oifde_simulator.runtime import embedding

with embedding.spawned("--tls", "off"):
    if not (child := os.fork()):
        print([pipe.closed for pipe in embedding._INPUTS], flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print([pipe.closed for pipe in embedding._INPUTS], flush=True)
"""


@posix
def test_a_forked_child_lets_go_of_the_server_and_its_parent_does_not() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKS],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[True]\n[False]\n", "")


@posix
def test_a_process_ends_by_itself_though_somebody_holds_its_input_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    killed: list[object] = []
    monkeypatch.setattr(subprocess.Popen, "kill", killed.append)
    with spawned("--tls", "off"):
        (pipe,) = (pipe for pipe in embedding._INPUTS if not pipe.closed)
        held = os.dup(pipe.fileno())
    os.close(held)
    assert not killed


def test_timers_go_on_while_the_time_of_the_process_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    loop = RealTimeLoop()
    try:
        assert 0.0 < loop.time() <= loop.time()
    finally:
        loop.close()
