"""nginx for tests, on sockets that listen already: a client that is early waits for it in their queue."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from subprocess import DEVNULL

import pytest

from child_processes import started
from serving import PATIENCE, environment

PROGRAM = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
needs_nginx = pytest.mark.skipif(PROGRAM is None, reason="nginx is not installed (Debian: nginx-light)")


@contextmanager
def nginx(folder: Path, configuration: str, *listening: socket) -> Iterator[None]:
    """Run nginx, which takes over the sockets whose addresses its configuration listens on."""
    (file := folder / "nginx.conf").write_text(configuration)
    descriptors = [each.fileno() for each in listening]
    with started(
        [str(PROGRAM), "-p", folder, "-c", file, "-e", folder / "error.log", "-g", "daemon off;"],
        stdin=DEVNULL,
        pass_fds=descriptors,
        env=environment(NGINX="".join(f"{each};" for each in descriptors)),
    ) as process:
        yield
        process.terminate()
        process.wait(PATIENCE)
