"""All waiters, told also how exchanges ended.

Rule: only a filter that asks for the end of an exchange is asked again at that end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oifde_simulator.journal.subscriptions.index import Group, SubscriptionIndex
from oifde_simulator.model.entry import Entry

if TYPE_CHECKING:
    from oifde_simulator.journal.subscriptions.waiter import Waiter


class WaiterIndex(SubscriptionIndex["Waiter"]):
    """Waiters, indexed by the entries that they want."""

    def publish_end(self, entry: Entry) -> None:
        """Tell the waiters whose filters ask for ends of an entry that has its outcome now."""
        for groups in self.concerned(entry):
            for group in groups:
                if group.filter.needs_end:
                    _notify_end(group, entry)

    def look_for_ends(self) -> None:
        """Have the waiters for ends judge all entries again: some may have ended without notice."""
        for waiter in self:
            if waiter.filter.needs_end:
                waiter.look_again()


def _notify_end(group: Group[Waiter], entry: Entry) -> None:
    waiters = tuple(group.members.values())
    if group.filter.backtracks:  # the next exchange must not wait for it
        for waiter in waiters:
            waiter.notify_end_unjudged(entry)
        return
    fits = group.filter.accepts(entry)
    for waiter in waiters:
        waiter.notify_end(entry, fits=fits)
