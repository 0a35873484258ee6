"""`oifde-simulator readyz`: ask a running server whether it is ready, once or until it is.

Rule: import next to nothing, since a container's health check runs this every few seconds. Even the parser of
arguments is left out for those of the usual form.
"""

from __future__ import annotations

import os
import sys
from time import monotonic

from oifde_simulator.cli import health_request
from oifde_simulator.cli.exit_codes import FAILED, OK
from oifde_simulator.urls import url

TYPE_CHECKING = False  # typing's own would be an import
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from oifde_simulator.config import Settings

PAUSE = 0.05
"""Seconds between two questions."""
DEFAULT_TIMEOUT = "30s"
VARIABLES = ("CONTROL_HOST", "CONTROL_PORT", "READY_FILE")
"""Variables of `serve` that say where it is, without their prefix."""
HOST, PORT = "127.0.0.1", 8444
"""Defaults of the first two."""
LARGEST_FILE = 65536
"""Bytes that are read of a ready file."""


class Options:
    """Arguments of `readyz`, and the settings of `serve` that say where the server is."""

    wait = False
    timeout = DEFAULT_TIMEOUT
    url: str | None = None
    ready_file: str | None = None
    control_host = HOST
    control_port = PORT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `readyz`."""
    parser.add_argument("--wait", action="store_true", help="keep asking until it is, or until --timeout")
    parser.add_argument(
        "--timeout", default=DEFAULT_TIMEOUT, metavar="DURATION", help=f"default: {DEFAULT_TIMEOUT}"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--url", help="the control plane; default: from the same environment as serve")
    where.add_argument("--ready-file", metavar="PATH", help="the file that serve writes its URLs into")


def parse_plain(arguments: Sequence[str]) -> Options | None:
    """Read arguments of the form `--name value` or `--name=value`; None for others, which argparse reads."""
    options, words = Options(), iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--wait":
            options.wait = True
        elif name not in ("--timeout", "--url", "--ready-file"):
            return None
        else:
            value = value if equals else next(words, "")
            if not value or (value.startswith("-") and not equals):
                return None
            setattr(options, name[2:].replace("-", "_"), value)
    return None if options.url and options.ready_file else options


def execute(options: argparse.Namespace | Options) -> int:
    """Print whether the server is ready and return the exit code."""
    patience = _duration(options.timeout.strip()) if options.wait else 0.0
    where = _server(os.environ)
    file = options.ready_file or where.ready_file
    given = options.url and options.url.strip()
    address, reason = _ask_until_ready(given, file, where, patience)
    if reason:
        print(_printable(f"not ready: {address}: {reason}"), file=sys.stderr)
        return FAILED
    print(_printable(f"ready: {address}"))
    return OK


def control_url(server: Settings | Options) -> str:
    """Build the control plane's URL of a server with these settings."""
    return url("http", server.control_host, server.control_port)


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    from oifde_simulator.text import printable  # a server or a file may say anything, but seldom does

    return printable(text)


def _duration(text: str) -> float:
    from oifde_simulator.quantities import duration

    return duration(text)


def _server(environment: Mapping[str, str]) -> Settings | Options:
    """Read where the server is; raise ValueError as `serve` does for a variable with a wrong text."""
    names = [f"OIFDE_SIMULATOR_{name}" for name in VARIABLES]
    host, port, file = (environment.get(name, "").strip() for name in names)
    if port and not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535):
        from oifde_simulator.config.reading import read_settings  # it says what is wrong

        return read_settings({}, {name: environment.get(name, "") for name in names})
    found = Options()
    found.control_host, found.control_port = host or HOST, int(port or PORT)
    found.ready_file = environment[names[2]].strip("\r\n") if file else None
    return found


def _ask_until_ready(
    given: str | None, file: str | os.PathLike[str] | None, server: Settings | Options, patience: float
) -> tuple[str, str]:
    """Ask until the server is ready, or for `patience` seconds; return the address and why it is not ready.

    The address is the `given` one, or stands in the ready file, or follows from the settings of the server.
    The reason is empty if the server is ready.
    """
    deadline = monotonic() + patience
    while True:
        if given or not file:
            address = given or control_url(server)
            reason = health_request.ask(address, max(1.0, deadline - monotonic())).reason
        else:
            address, reason = _ask_writer(os.fspath(file).strip("\r\n"), max(1.0, deadline - monotonic()))
        if not reason or monotonic() >= deadline:
            return address, reason
        _pause()


def _pause() -> None:
    import threading

    threading.Event().wait(PAUSE)


def _ask_writer(path: str, timeout: float) -> tuple[str, str]:
    """Ask the server that wrote a ready file, and no other that listens in its place."""
    import json

    try:
        ready = json.loads(_read(path))
        address, writer = str(ready.get("listening", ready)["control"]), ready.get("pid")
    except FileNotFoundError:
        return path, "not written yet; expected it from serve --ready-file"
    except OSError as error:
        return path, f"cannot be read: {error.strerror}"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return path, "expected what serve --ready-file writes, with a control URL"
    health = health_request.ask(address, timeout)
    if not health.reason and writer is not None and health.pid != writer:
        return path, f"process {writer}, which wrote it, is gone; another server answers at {address}"
    return address, health.reason


def _read(path: str) -> bytes:
    # Without waiting for the writer of a pipe.
    file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.read(file, LARGEST_FILE)
    finally:
        os.close(file)
