"""What the log says of watched files beside their changes, each line once while it holds."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.runtime.reload.file_snapshot import GRACE, FileSnapshot
from oifde_simulator.scenario import loader, selection
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.files.finding import Found
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants.broken_files import BrokenFile
from oifde_simulator.text import normal, printable

log = logging.getLogger(logs.FOLLOWED)


class Reporter:
    """Says what is left out, what cannot be read, what is away and what clashes."""

    def __init__(self) -> None:
        self._said: dict[str, set[str]] = {}

    def report(self, snapshot: FileSnapshot, scenarios: Iterable[Scenario] = ()) -> None:
        """Log what is new about the files at the last look; `scenarios` are the good ones among them."""
        found = snapshot.found
        self._say("left out", logging.INFO, selection.without_answers(found.left_out, scenarios))
        self._say("wrong", logging.WARNING, [str(error) for error in loader.errors_of(found, empty=False)])
        self._say("empty", logging.INFO, map(_waiting, found.empty))
        self._say("away", logging.INFO, map(_away, snapshot.absent))

    def report_folders(self, complaints: Iterable[str]) -> None:
        """Log what is wrong with folders of recordings; empty texts are about good ones."""
        self._say("folder", logging.WARNING, filter(None, complaints))

    def report_clashes(self, scenarios: Mapping[Path, Scenario]) -> None:
        """Log each file that has the tenant id of another, which is not served."""
        found = clashing(scenarios)
        self._say("clash", logging.WARNING, (each.message for each in found))

    def _say(self, kind: str, level: int, lines: Iterable[str]) -> None:
        now = dict.fromkeys(lines)
        for line in now:
            if line not in self._said.get(kind, ()):
                log.log(level, "%s", line)
        self._said[kind] = set(now)


def clashing(scenarios: Mapping[Path, Scenario]) -> list[BrokenFile]:
    """List the files that are not served, since a file after them has their tenant id."""
    return [
        BrokenFile(
            earlier.origin,
            f"{later.origin}: has the tenant {later.id} of {earlier.origin}, which is not served; "
            "give one of them another tenant.id",
            frozenset([later.id]),
        )
        for earlier, later in selection.clashes(scenarios.values()).values()
    ]


def tenants_of_options(settings: Settings) -> Iterator[tuple[str, str]]:
    """List the options that name one tenant, each with its id."""
    for option in ("tenantless", "settings_from", "recordings_tenant"):
        if name := getattr(settings, option):
            yield "--" + option.replace("_", "-"), normal(name)


def require_paths(found: Found) -> None:
    """Check that the paths to watch are there. Raises ValueError with a line for each that is not."""
    if found.missing or found.too_many:
        raise ValueError(str(ScenarioErrors(loader.errors_of(found, empty=False))))


def _waiting(path: str) -> str:
    return f"{printable(path)}: no scenario in this folder yet; the first one is served when it comes"


def _away(path: Path) -> str:
    return f"{printable(path)}: away or empty; what it had is served for {GRACE:g} s more"
