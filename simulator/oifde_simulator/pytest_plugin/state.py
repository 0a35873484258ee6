"""What the plugin knows of a pytest session: the test that runs, the fixtures that are set up, the servers.

Rule: import nothing but pytest, since every suite of the machine loads this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    STATE: pytest.StashKey[SessionState]

PACKAGE = __package__
STATE = pytest.StashKey()


@dataclass
class SessionState:
    """State of one pytest session."""

    item: pytest.Item | None = None
    """Test that runs."""
    setting_up: list[pytest.FixtureRequest] = field(default_factory=list)
    """Requests of the fixtures that are being set up, the innermost last; none of ours."""
    pool: Any = None
    """ServerPool of this process; None until a test wants a server."""
    shared: Any = None
    """SharedServers of all workers, in the controller of pytest-xdist only."""
    coverage: list[Any] = field(default_factory=list)
    """Coverage documents of servers that have ended, and of workers."""
    artifacts: Any = None
    """SessionArtifacts of this process; None where none are wanted."""

    @property
    def place(self) -> pytest.FixtureRequest | pytest.Item | None:
        """Fixture that is being set up, else the test that runs."""
        return self.setting_up[-1] if self.setting_up else self.item


def state_of(config: pytest.Config) -> SessionState:
    """Find the state of a session."""
    return config.stash[STATE]


def is_ours(fixturedef: pytest.FixtureDef[Any]) -> bool:
    """Check that a fixture is one of this plugin, not of a user."""
    return getattr(fixturedef.func, "__module__", "").startswith(PACKAGE)
