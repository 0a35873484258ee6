"""Bodies that lie on a disk, while rules decide about them: read in a thread, and only where one needs them.

Rule: a decision never waits for a disk on the event loop. One that needs the bytes begins anew with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from oifde_simulator.immediate import aside
from oifde_simulator.model.http import Response
from oifde_simulator.wire.held_octets import HeldOctets, NotInMemory

Result = TypeVar("Result")


@contextmanager
def held(response: Response) -> Iterator[HeldOctets | None]:
    """Hold the body of a response for the block, if reading it may block; None for any other body."""
    body = response.body
    if isinstance(body, bytes) or not body.blocking:
        yield None
        return
    octets = response.body = HeldOctets(body)
    try:
        yield octets
    finally:
        octets.release()


async def decided(octets: HeldOctets | None, decide: Callable[[], Result]) -> Result:
    """Decide, once more where held `octets` were needed and had to be loaded."""
    try:
        return decide()
    except NotInMemory:
        assert octets is not None
        await aside(octets.load)
        return decide()
