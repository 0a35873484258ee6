"""Bodies as they arrive. Rule: one that is too large or too slow is a problem."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from oifde_simulator.web.body_receiver import BodyEvicted, BodyOverflow, BodyReceiver
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.turns import Turn, Turns

MAX_BODY = 4 << 20
"""Bytes of a body."""
NO_ROOM = "other large bodies wait for their turn and hold all room; send this one again a little later"


class Bodies:
    """Receive the bodies of one control plane."""

    def __init__(self, seconds: float) -> None:
        """Give each body `seconds` from the end of its head."""
        self._seconds = seconds
        self._receiver = BodyReceiver()
        self._turns = Turns()

    async def receive(self, request: web.Request) -> bytes:
        """Receive a whole body. Raises Problem, or what aiohttp raises for a broken body."""
        if (request.content_length or 0) > MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY, request.content_length or 0)
        try:
            return await self._receiver.receive(request.content, MAX_BODY, self._seconds)
        except BodyOverflow:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY) from None
        except BodyEvicted as evicted:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-bodies", str(evicted)) from None
        except TimeoutError:
            detail = f"the body was not whole within {self._seconds:g} s, the limit of --body-timeout"
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, "slow-body", detail) from None

    async def turn(self, size: int) -> Turn:
        """Wait for the turn of a body that has come, if it is a large one. Raises Problem."""
        if not self._turns.has_room(size):
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-bodies", NO_ROOM)
        return await self._turns.next(size)
