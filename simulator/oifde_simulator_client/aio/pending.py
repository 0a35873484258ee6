"""A value that is fetched when it is awaited."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Other = TypeVar("Other")


class Pending(Generic[T]):
    """A value that `await` fetches; without `await` nothing is sent."""

    def __init__(self, fetch: Callable[[], Awaitable[T]]) -> None:
        """Take the function that fetches the value."""
        self._fetch = fetch

    def then(self, use: Callable[[T], Other]) -> Pending[Other]:
        """Make what `use` returns for the value, once that is fetched."""

        async def fetch() -> Other:
            return use(await self._fetch())

        return Pending(fetch)

    def __await__(self) -> Generator[Any, Any, T]:
        return self._fetch().__await__()

    def __repr__(self) -> str:
        return "<a value to await>"
