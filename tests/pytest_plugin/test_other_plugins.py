"""Beside other plugins: pytest-socket, which refuses sockets, and CI, which gives tokens with a line feed."""

from __future__ import annotations

import pytest

from inner import Suite
from serving import running

pytest_plugins = ("inner",)

BLOCKS = """
import socket
import warnings
import pytest

class SocketBlockedError(RuntimeError):
    def __init__(self):
        warnings.warn("A test tried to use socket.socket.", stacklevel=2)
        super().__init__("A test tried to use socket.socket.")

class GuardedSocket(socket.socket):
    def __new__(cls, *args, **options):
        raise SocketBlockedError

@pytest.fixture(autouse=True)
def blocked(monkeypatch):
    monkeypatch.setattr(socket, "socket", GuardedSocket)
"""
"""A conftest that does what `pytest --disable-socket` does."""


@pytest.mark.parametrize("how", ["process", "thread"])
@pytest.mark.slow
def test_a_refused_socket_is_told_in_one_line(suite: Suite, how: str) -> None:
    suite.write(
        conftest=BLOCKS,
        test_it="""
        def test_it(request): request.getfixturevalue("simulator")
        def test_factory(request): request.getfixturevalue("simulator_factory")()
        """,
    )
    for line in ("filterwarnings = default", "filterwarnings = error"):
        suite.ini(line)
        said = suite.run("--simulator-server", how).stdout
        assert "2 failed" in said
        messages = [text for text in said.splitlines() if text.startswith("pytest-socket blocks")]
        assert len(messages) == 2
        assert all("--allow-hosts=127.0.0.1" in text for text in messages)
        assert "oifde_simulator/" not in said


TOKEN = "a-token-for-this-run"


@pytest.mark.slow
def test_a_token_of_the_environment_may_end_with_a_line_feed_and_no_report_shows_it(suite: Suite) -> None:
    suite.write(test_it="def test_it(simulator): pass\n")
    with running(control_token=TOKEN) as server:
        suite.passes(1, OIFDE_CONTROL=server.control_url, OIFDE_CONTROL_TOKEN=f"{TOKEN}\n")
        for token in (f"{TOKEN}\n{TOKEN}", f"{TOKEN} x", f"{TOKEN}\u00e9"):
            said = suite.run(
                "-l", "--tb=long", OIFDE_CONTROL=server.control_url, OIFDE_CONTROL_TOKEN=token
            ).stdout
            assert "OIFDE_CONTROL_TOKEN: expected a token in one line of ASCII" in said
            assert TOKEN not in said
