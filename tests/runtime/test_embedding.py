"""A server inside another program: its end, under forks, and its timers, under a frozen time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from oifde_simulator.runtime import server_process
from oifde_simulator.runtime.embedding import spawned
from oifde_simulator.runtime.real_time_loop import RealTimeLoop
from serving import PATIENCE, environment

posix = pytest.mark.skipif(os.name != "posix", reason="fork is of POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")

FORKS = """
import os
from oifde_simulator.runtime import embedding, server_process

with embedding.spawned("--tls", "off"):
    if not (child := os.fork()):
        print([pipe.closed for pipe in server_process.INPUTS], flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print([pipe.closed for pipe in server_process.INPUTS], flush=True)
"""


@pytest.mark.slow(seconds=1)
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


@pytest.mark.slow(seconds=1)
@posix
def test_a_process_ends_by_itself_though_somebody_holds_its_input_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    killed: list[object] = []
    monkeypatch.setattr(subprocess.Popen, "kill", killed.append)
    with spawned("--tls", "off"):
        (pipe,) = (pipe for pipe in server_process.INPUTS if not pipe.closed)
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


@pytest.mark.slow(seconds=1)
@linux
def test_a_process_finds_this_package_where_only_the_path_of_the_program_has_it() -> None:
    with spawned("--tls", "off"):
        children = Path("/proc/self/task").glob("*/children")
        numbers = [number for path in children for number in path.read_text().split()]
        lines = [Path("/proc", number, "cmdline").read_text().split("\0") for number in numbers]
        (line,) = (line for line in lines if "--until-eof" in line)
    assert Path(line[line.index("serve") - 1], "oifde_simulator", "__init__.py").exists()
