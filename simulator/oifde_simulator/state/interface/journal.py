"""The exchanges on record."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from oifde_simulator.model.entry import Entry

HearEntry = Callable[[Entry], None]
"""Takes an entry that is on record."""
LookAgain = Callable[[], None]
"""Takes notice that ends of exchanges may not have been told."""
ForgetEntries = Callable[[str | None, Collection[int] | None, int], None]
"""Takes what was deleted: of a tenant, or of all for None; its numbers, or None for all up to a number, the
last one, of the newest entry that was there."""


class Journal(Protocol):
    """Exchanges on record, within bounds."""

    async def last(self) -> int:
        """Tell the number of the newest entry; 0 when there was none."""
        ...

    async def entries(self, tenant: str | None, after: int, most: int | None = None) -> list[Entry]:
        """Entries of a tenant (`""` for none known, None for all) after a number, the oldest first.

        At most the `most` oldest of them.
        """
        ...

    async def some(self, tenant: str | None, numbers: Collection[int]) -> list[Entry]:
        """Entries of these numbers that are still there, in order."""
        ...

    async def get(self, number: int) -> Entry | None:
        """The entry of a number; None where it is not there."""
        ...

    async def truncated(self, tenant: str | None, after: int, at: int | None) -> bool:
        """Check that entries after a number, and of `at` (epoch milliseconds) or later, had to go."""
        ...

    async def clear(self, tenant: str | None) -> int:
        """Forget the entries of a tenant, or all; how many. Numbers go on."""
        ...

    async def remove(self, numbers: Collection[int]) -> int:
        """Forget the entries of these numbers; how many."""
        ...

    async def sizes(self) -> list[tuple[str, int]]:
        """Tenants (`""` for none known) and how many entries each has."""
        ...

    async def charge(self) -> int:
        """Bytes of memory that the entries are charged with."""
        ...

    def listen(self, hear: HearEntry, forget: ForgetEntries) -> None:
        """Call `hear` with each entry that is put on record, and `forget` with what is deleted.

        In a store for several replicas they are called for what any of them does, in its order, and only
        while somebody is `listening`. What was there before may be told of too.
        """
        ...

    def listen_to_ends(self, hear: HearEntry, look_again: LookAgain) -> None:
        """Call `hear` with each entry that gets its outcome, while somebody is `listening` to ends.

        The end of an entry is told after the entry itself, and not where the entry is gone. `look_again` is
        called where ends may have been missed: the entries on record have them.
        """
        ...

    def listening(self, tenant: str | None, *, ends: bool = False) -> AbstractAsyncContextManager[None]:
        """Hear of the entries of a tenant, or of all for None, while in the context; with `ends` of those.

        All that is put on record after it was entered is told of; what is read in it is what was before.
        """
        ...
