"""The whole state: its parts, its beginning and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from oifde_simulator.state.interface.counts import Coverage, Metrics
    from oifde_simulator.state.interface.exchanges import Exchanges
    from oifde_simulator.state.interface.journal import Journal
    from oifde_simulator.state.interface.replicas import Announcements, Files
    from oifde_simulator.state.interface.settings import Settings
    from oifde_simulator.state.interface.tenants import Tenants


class State(Protocol):
    """All of it."""

    @property
    def exchanges(self) -> Exchanges:
        """Calls of requests."""
        ...

    @property
    def tenants(self) -> Tenants:
        """Tenants that were made or changed."""
        ...

    @property
    def journal(self) -> Journal:
        """Exchanges on record."""
        ...

    @property
    def coverage(self) -> Coverage:
        """Counts of rules."""
        ...

    @property
    def settings(self) -> Settings:
        """Settings of the whole server."""
        ...

    @property
    def metrics(self) -> Metrics | None:
        """Counts of all replicas; None where those that the server keeps itself are all there are."""
        ...

    @property
    def announcements(self) -> Announcements:
        """Values on which every replica acts at once."""
        ...

    @property
    def files(self) -> Files:
        """Digests of the files of tenants."""
        ...

    async def adopt(self) -> None:
        """Take what is in the store, and begin it where it is empty."""
        ...

    async def close(self) -> None:
        """Let go of what the state holds outside this process."""
        ...
