"""A state whose calls really suspend, as one that is a network round trip away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any, cast

from oifde_simulator.state.interface import State

PARTS = frozenset({"exchanges", "tenants", "journal", "coverage", "settings"})


async def yield_once() -> None:
    """Let everybody else run."""
    await asyncio.sleep(0)


class _Suspending:
    """A state, or a part of one, that awaits `pause` before and after each call."""

    def __init__(self, inner: Any, pause: Callable[[], Awaitable[None]]) -> None:
        self._inner = inner
        self._pause = pause

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name in PARTS:
            return _Suspending(found, self._pause)
        return self._suspending(found) if iscoroutinefunction(found) else found

    def _suspending(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def suspending(*arguments: Any, **options: Any) -> Any:
            await self._pause()
            answer = await call(*arguments, **options)
            await self._pause()
            return answer

        return suspending


def suspending(inner: State, pause: Callable[[], Awaitable[None]] = yield_once) -> State:
    """Make a state of `inner` that awaits `pause` before and after each call."""
    return cast(State, _Suspending(inner, pause))
