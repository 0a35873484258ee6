"""What all replicas must know at once, and which of them acts on a changed file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any, NamedTuple, Protocol


class Announcement(NamedTuple):
    """The present value of a topic."""

    value: Any
    """Value of JSON's types; None where the topic is as at the start."""
    age: float = 0.0
    """Seconds since it was announced."""
    number: int | None = None
    """Number of the announcement, which grows; None where no other process hears of it."""


Act = Callable[[Announcement], Awaitable[None]]
"""Function that makes an announcement true in this process."""


class Announcements(Protocol):
    """What each replica keeps in its process, and what must be true at all of them at once.

    A topic has one value, the last that was announced; a replica that comes later acts on it first.
    """

    def hear(self, topic: str, act: Act) -> None:
        """Call `act` with each value of a topic from now on."""
        ...

    async def announce(self, topic: str, value: Any) -> None:
        """Replace the value of a topic, and wait until every replica has acted on it.

        Raises what this process's own `act` raises, and NotCarriedOut for another replica's.
        """
        ...


class Files(Protocol):
    """Digests of the files of tenants, so that several replicas that read a changed file act on it once."""

    async def note(self, ids: Collection[str], digest: Callable[[str], str]) -> list[str]:
        """Note the digest of each tenant's file ("" for one that is gone); list those for which it is news.

        `digest` is asked only where somebody compares.
        """
        ...
