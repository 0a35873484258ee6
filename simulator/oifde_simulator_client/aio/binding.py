"""Coroutine methods, made from operations."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from oifde_simulator_client.binding import describe
from oifde_simulator_client.call import Progress, Steps
from oifde_simulator_client.errors import ControlError, hides_frames
from oifde_simulator_client.transport.streams import AsyncTransport

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

P = ParamSpec("P")
T = TypeVar("T")


def awaitable(operation: Callable[P, Steps[T]]) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Make a coroutine method from an operation."""

    async def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        found: T = await self._run(operation(*args, **kwargs))
        return found

    return describe(method, operation)


def awaitable_of_tenant(
    operation: Callable[Concatenate[str, P], Steps[T]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Make a coroutine method from an operation whose first argument is the object's tenant."""

    async def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        found: T = await self._run(operation(self._tenant, *args, **kwargs))
        return found

    return describe(method, operation, bound=1)


def awaitable_filter(
    operation: Callable[P, Steps[T]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Make a coroutine method from an operation with a filter, to which the object's tenant is added."""

    async def method(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        kwargs["tenant"] = self._tenant
        found: T = await self._run(operation(*args, **kwargs))
        return found

    return describe(method, operation)


async def run(transport: AsyncTransport, steps: Steps[T]) -> T:
    """Perform each call of `steps` and return their result."""
    progress = Progress(steps)
    while call := progress.call:
        try:
            reply = await transport.request(
                call.method, call.path, call.body, extra_timeout=call.extra_timeout
            )
        except ControlError as error:
            progress.fail(error)
        else:
            progress.reply(reply)
    return progress.result
