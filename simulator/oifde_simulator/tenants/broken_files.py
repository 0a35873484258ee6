"""Watched files that are wrong now, while the last good scenario of each is served."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import overload

from oifde_simulator.fast_dataclasses import dataclass
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

    def named_too(self, aliases: Iterable[tuple[str, str]], served: Container[str]) -> BrokenFile:
        """Add the other ids, of pairs of id and scenario, that would serve it and that nothing serves."""
        tenants = set(self.tenants)
        for tenant, name in aliases:
            if name in tenants and tenant not in served:
                tenants.add(tenant)
        return replace(self, tenants=frozenset(tenants))

    @property
    def text(self) -> str:
        """Write what is wrong, with the name of the file, which most messages begin with."""
        return self.message if self.message.startswith(self.file) else f"{self.file}: {self.message}"


class BrokenFiles(Sequence[BrokenFile]):
    """All files that are wrong now, in order, and found by tenant."""

    def __init__(self, files: Iterable[BrokenFile] = ()) -> None:
        self._files = tuple(files)
        self._by_tenant = {name: each for each in reversed(self._files) for name in each.tenants}

    def of(self, tenant: str) -> BrokenFile | None:
        """Find the first file of a tenant that is wrong; None where it is good."""
        return self._by_tenant.get(tenant)

    @property
    def tenants(self) -> frozenset[str]:
        """Tenants that have a broken file."""
        return frozenset(self._by_tenant)

    def __iter__(self) -> Iterator[BrokenFile]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    @overload
    def __getitem__(self, place: int) -> BrokenFile: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[BrokenFile, ...]: ...
    def __getitem__(self, place: int | slice) -> BrokenFile | tuple[BrokenFile, ...]:
        return self._files[place]


def first_message(errors: ScenarioErrors) -> str:
    """Write the first mistake, without a secret or token that it may repeat."""
    error = errors.errors[0]
    if error.path[:2] in SECRET:
        place = str(error).partition(": ")[0]
        return f"{place}: {dotted(error.path)}: is wrong; oifde-simulator check says how"
    text = str(error)
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"
