"""Servers of one process, one for each distinct set of options: started on demand, kept until the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from oifde_simulator.pytest_plugin.serve_options import ServeOptions, arguments
from oifde_simulator.runtime.embedding import Addresses, running, spawned
from oifde_simulator_client import ControlError, ControlProblem

__tracebackhide__ = True  # options may hold a token

Key = tuple[tuple[str, object], ...]


class Servers:
    """Servers by their options."""

    def __init__(self, kind: str) -> None:
        """Start none yet; `kind` is `process` or `thread`."""
        self._kind = kind
        self._running = ExitStack()
        self._started: dict[Key, Addresses | str] = {}

    def start(self, options: ServeOptions) -> Addresses:
        """Start a server with these options unless one runs already.

        Raises RuntimeError if it does not start, and says so again when asked again.
        """
        key = tuple(sorted(options.items()))
        if key not in self._started:
            try:
                self._started[key] = self._running.enter_context(start_server(self._kind, options))
            except (RuntimeError, ValueError, OSError) as error:
                if is_blocked(error):
                    raise
                self._started[key] = str(error)
        found = self._started[key]
        if isinstance(found, str):  # without the frames of the error, which hold the token
            raise RuntimeError(found)
        return found

    @property
    def addresses(self) -> list[Addresses]:
        """Addresses of the servers that run."""
        return [each for each in self._started.values() if isinstance(each, Addresses)]

    def close(self) -> None:
        """Stop all servers."""
        self._started.clear()
        self._running.close()


@contextmanager
def start_server(kind: str, options: ServeOptions) -> Iterator[Addresses]:
    """Run a fresh server on free ports, in a `process` of its own or a `thread` of this one."""
    if kind == "process":
        with spawned(*arguments(options)) as addresses:
            yield addresses
        return
    from oifde_simulator.config.reading import read_settings

    with running(read_settings({"port": "0", "control_port": "0", **options}, {})) as simulator:
        yield Addresses(simulator.listening["control"], simulator.token)


def is_blocked(error: BaseException) -> bool:
    """Check that pytest-socket has refused a socket; with warnings as errors it is its warning."""
    return "A test tried to use socket" in str(error)


BLOCKED = (
    "pytest-socket blocks the way to the simulator, which listens on this machine; "
    "run pytest with --allow-hosts=127.0.0.1, or mark the test: @pytest.mark.allow_hosts(['127.0.0.1'])"
)


@contextmanager
def explained(item: pytest.Item | None = None) -> Iterator[None]:
    """Say in one line which option of a test is wrong, or what to do where pytest-socket refuses a socket.

    A line without a traceback: the frames would be those of other plugins.
    """
    __tracebackhide__ = True
    try:
        yield
    except pytest.UsageError as error:
        message = f"{item.nodeid}: {error}" if item else str(error)
        raise pytest.fail.Exception(message, pytrace=False) from None
    except (RuntimeError, UserWarning) as error:
        if not is_blocked(error):
            raise
        raise RuntimeError(BLOCKED) from None


@contextmanager
def failing_with_message(item: pytest.Item | None = None) -> Iterator[None]:
    """Fail the set-up of a test with the message of an error alone; its frames are ours."""
    __tracebackhide__ = True
    try:
        with explained(item):
            yield
    except (RuntimeError, ControlError) as error:
        raise pytest.fail.Exception(f"{error}{_how(error)}", pytrace=False) from None


def _how(error: BaseException) -> str:
    """Say how a test gives the token that the control plane wants; empty for another error."""
    wants_token = isinstance(error, ControlProblem) and error.status == 401
    return "; in pytest: set the variable OIFDE_CONTROL_TOKEN to it" if wants_token else ""
