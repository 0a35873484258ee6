"""Watched files that are wrong now, while the last good scenario of each is served."""

from __future__ import annotations

from dataclasses import dataclass

from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.text import dotted

SECRET = (("tenant", "secret"), ("tenant", "tokens"))
"""Keys whose values are told to nobody: a message may repeat what it found."""
LONGEST_MESSAGE = 500
"""Characters of a message."""


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A file on disk that cannot be served."""

    file: str
    """Its name, as the user gave it or as it was found."""
    message: str
    """The first mistake in it, with its place and the likely fix."""
    tenants: frozenset[str]
    """Tenants that are served from what it was before; by its name, one that is not served yet."""

    def as_json(self) -> dict[str, str]:
        """Write it for the control plane."""
        return {"file": self.file, "message": self.message}


def first_message(errors: ScenarioErrors) -> str:
    """Write the first mistake, without a secret or token that it may repeat."""
    error = errors.errors[0]
    if error.path[:2] in SECRET:
        place = str(error).partition(": ")[0]
        return f"{place}: {dotted(error.path)}: is wrong; oifde-simulator check says how"
    text = str(error)
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"
