"""A running server, and a tenant made from the `SCENARIO` of the test's module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from controlling import Controlling
from serving import running


@pytest.fixture(scope="module")
def server() -> Iterator[Controlling]:
    """A server for all tests of a module."""
    with running() as simulator:
        yield Controlling(simulator)


@pytest.fixture
def made(server: Controlling, request: pytest.FixtureRequest) -> dict[str, str]:
    """A tenant of this test alone: its id and credentials."""
    return server.make(request.module.SCENARIO)
