"""Evaluations of what clients gave: filters, patterns and expectations, on all that is on record.

Rule: one slice of work at a time, then the event loop has its turn. Whoever has had the least work is next,
so a short evaluation never waits for long ones. Each has a deadline. A client that has left costs no slice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from heapq import heappop, heappush
from http import HTTPStatus
from itertools import count
from time import monotonic
from typing import NamedTuple, Protocol, TypeVar

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.stepwise import Steps
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.time_slicing import SLICE_SECONDS

Result = TypeVar("Result")

PATIENCE = 30.0
"""Seconds that an evaluation may take, with those of its waits for others."""
MOST = 100
"""Evaluations at once; for a further one, that with the most work is given up."""
ADVICE = "name a tenant or since, or use fewer conditions and simpler regular expressions, and ask again"


class Client(Protocol):
    """Client of a request."""

    def is_abandoned(self) -> bool:
        """Check that nobody waits for the answer any more."""


CLIENT: ContextVar[Client | None] = ContextVar("client", default=None)
"""Client of the request that the current task answers."""


@dataclass(slots=True, eq=False)
class Evaluation:
    """One evaluation under way."""

    deadline: asyncio.Timeout
    spent: float = 0.0
    """Seconds of work so far."""
    given_up: bool = False
    """True once it was ended for others."""


class Evaluations:
    """All evaluations of one server."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` measures work, in seconds."""
        self._clock = clock
        self._running: set[Evaluation] = set()
        self._holder: Evaluation | None = None
        """Evaluation that has the turn."""
        self._queue: list[_Waiting] = []
        self._arrivals = count()

    def __len__(self) -> int:
        """Count the evaluations under way."""
        return len(self._running)

    async def run(self, steps: Steps[Result]) -> Result:
        """Take the steps of an evaluation and return its result.

        Raises Problem beyond the deadline, ConnectionAbortedError where the client has left.
        """
        try:
            async with asyncio.timeout(PATIENCE) as deadline:
                return await self._run(Evaluation(deadline), steps)
        except TimeoutError:
            raise _given_up() from None
        finally:
            steps.close()

    async def _run(self, evaluation: Evaluation, steps: Steps[Result]) -> Result:
        check_client()  # or others would be given up for nobody
        kept = [each for each in self._running if not each.given_up]
        if len(kept) >= MOST:
            _give_up(max(kept, key=lambda each: each.spent))
        self._running.add(evaluation)
        try:
            await self._take_turn(evaluation)
            while True:
                self._slice(evaluation, steps)
                await asyncio.sleep(0)  # others than evaluations come first
                if self._queue and self._queue[0].spent < evaluation.spent:
                    self._pass_turn()
                    await self._take_turn(evaluation)
        except _Done as done:
            result: Result = done.result  # type: ignore[assignment]
            return result
        finally:
            self._running.discard(evaluation)
            if self._holder is evaluation:
                self._pass_turn()

    def _slice(self, evaluation: Evaluation, steps: Steps[Result]) -> None:
        """Take steps for one slice of time. Raises _Done with the result after the last one."""
        check_client()
        began = now = self._clock()
        try:
            while now - began <= SLICE_SECONDS:
                next(steps)
                now = self._clock()
        except StopIteration as done:
            raise _Done(done.value) from None
        evaluation.spent += now - began

    async def _take_turn(self, evaluation: Evaluation) -> None:
        """Wait until it is the turn of an evaluation."""
        if self._holder is None:
            self._holder = evaluation
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._queue, _Waiting(evaluation.spent, next(self._arrivals), turn, evaluation))
        await turn

    def _pass_turn(self) -> None:
        """Give the turn to the evaluation with the least work; to nobody where none waits."""
        self._holder = None
        while self._queue and self._holder is None:
            _, _, turn, evaluation = heappop(self._queue)
            if not turn.done():
                turn.set_result(None)
                self._holder = evaluation


class _Waiting(NamedTuple):
    """An evaluation that waits for its turn; the least is next."""

    spent: float
    arrival: int
    turn: asyncio.Future[None]
    evaluation: Evaluation


class _Done(Exception):
    """An evaluation has taken its last step."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result


def check_client() -> None:
    """Raise ConnectionAbortedError where nobody waits for the answer any more."""
    client = CLIENT.get()
    if client is not None and client.is_abandoned():
        raise ConnectionAbortedError


def _give_up(evaluation: Evaluation) -> None:
    """End an evaluation as if its time were over."""
    evaluation.given_up = True
    with suppress(RuntimeError):  # its time is over already
        evaluation.deadline.reschedule(asyncio.get_running_loop().time())


def _given_up() -> Problem:
    detail = f"given up, after {PATIENCE:g} s or for {MOST} others: too much is to be compared; {ADVICE}"
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-much-work", detail)
