"""Calls of the control plane as values, and the steps that consist of several.

Rule: no I/O. An operation yields calls and is sent their replies, so that it works over any transport.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from oifde_simulator.client.transport.endpoint import Reply

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


def of_json(build: Callable[[Any], T]) -> Callable[[Reply], T]:
    """Read a reply as JSON and build a value from it."""
    return lambda reply: build(reply.json)


def nothing(_: Reply) -> None:
    """Ignore the body of a reply."""
