"""The state of several replicas: what is in the store, and what each keeps in its process, joined."""

from __future__ import annotations

from typing import Protocol

from oifde_simulator.state.interface import (
    Announcements,
    Coverage,
    Exchanges,
    Files,
    Journal,
    Settings,
    Tenants,
)


class Stored(Protocol):
    """The parts of a state that are in a store."""

    exchanges: Exchanges
    tenants: Tenants
    journal: Journal
    coverage: Coverage
    settings: Settings

    async def close(self) -> None:
        """Let go of the store."""
        ...


class SharedState:
    """The whole state of one replica."""

    def __init__(self, stored: Stored, announcements: Announcements, files: Files) -> None:
        self._stored = stored
        self.exchanges = stored.exchanges
        self.tenants = stored.tenants
        self.journal = stored.journal
        self.coverage = stored.coverage
        self.settings = stored.settings
        self.announcements = announcements
        self.files = files

    async def close(self) -> None:
        """Let go of the store."""
        await self._stored.close()
