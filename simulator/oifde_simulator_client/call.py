"""Calls of the control plane as values, and the steps that consist of several.

Rule: no I/O. An operation yields calls and is sent their replies, so that it works over any transport.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from oifde_simulator_client.errors import ControlError, hides_frames
from oifde_simulator_client.transport.endpoint import Reply

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

T = TypeVar("T")
Result = TypeVar("Result", covariant=True)


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request, and how its reply is read."""

    method: str
    path: str
    decode: Callable[[Reply], T]
    body: Any = None
    extra_timeout: float = 0.0
    """Seconds that the answer may take beyond the usual timeout."""

    def __iter__(self) -> Generator[Call[Any], Any, T]:
        """Take the only step; so `yield from call` is the call's result."""
        answer: T = yield self
        return answer


class Steps(Protocol[Result]):
    """A call, or a generator of several: what a method of the client does."""

    def __iter__(self) -> Generator[Call[Any], Any, Result]:
        """Yield each call, expect its result to be sent, and return the result of all."""
        ...


class Progress(Generic[T]):
    """Steps that are being taken: what to request next, and at the end the result."""

    def __init__(self, steps: Steps[T]) -> None:
        """Begin, up to the first call."""
        self.call: Call[Any] | None = None
        """Call to perform next; None at the end."""
        self.result: T
        """Result of all, at the end."""
        self._generator = iter(steps)
        self._go_on(lambda: next(self._generator))

    def reply(self, reply: Reply) -> None:
        """Go on with the reply to `call`."""
        assert self.call is not None
        try:
            answer = self.call.decode(reply)
        except ControlError as error:
            self.fail(error)
        else:
            self._go_on(lambda: self._generator.send(answer))

    def fail(self, error: ControlError) -> None:
        """Go on after a call that failed; steps that do not expect it end with the error."""
        self._go_on(lambda: self._generator.throw(error))

    def _go_on(self, advance: Callable[[], Call[Any]]) -> None:
        try:
            self.call = advance()
        except StopIteration as end:
            self.call, self.result = None, end.value


def of_json(build: Callable[[Any], T]) -> Callable[[Reply], T]:
    """Read a reply as JSON and build a value from it."""
    return lambda reply: build(reply.json)


def nothing(_: Reply) -> None:
    """Ignore the body of a reply."""
