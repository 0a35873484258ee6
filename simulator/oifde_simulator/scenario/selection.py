"""Selects the scenarios of a server: the bundled ones, the files of its settings, and further names."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from oifde_simulator import logs, resources
from oifde_simulator.config import Settings
from oifde_simulator.scenario import loader, replacement
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.errors import ScenarioError, ScenarioErrors
from oifde_simulator.scenario.files import finding, json_files
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.scenario.replacement import Populate, unchanged
from oifde_simulator.text import did_you_mean, nearest, normal, printable

log = logging.getLogger(logs.FOLLOWED)


def scenarios(settings: Settings) -> ScenarioCatalog:
    """Return the scenarios of a server by tenant id. Raises ValueError with a line for each mistake."""
    populate = replacement.populating(settings.population)
    given = {path: populate(scenario) for path, scenario in read(settings.scenarios).items()}
    found = combined(bundled(settings, populate), given, settings.tenant)
    if not found:
        raise ValueError("there are no scenarios; give --scenarios PATH, or leave --no-bundled out")
    return found


def one(wanted: str, settings: Settings) -> tuple[str, Scenario]:
    """Find one scenario by file name or by tenant id; return its tenant id and itself.

    Raises ValueError for an unknown id, or with a line for each mistake in the file.
    """
    path = Path(wanted)
    if path.suffix.lower() in loader.SUFFIXES or "/" in path.as_posix() or wanted != str(path):
        populate = replacement.populating(settings.population)
        try:
            scenario = populate(loader.load(path))
        except ScenarioErrors as mistakes:
            raise ValueError(str(mistakes)) from None
        return scenario.id, scenario
    found, wanted = scenarios(settings), normal(wanted)
    if wanted not in found:
        near = _file_there(wanted) or did_you_mean(wanted, found) or ";"
        raise ValueError(
            f"there is no scenario {wanted}{near} oifde-simulator scenarios lists those there are"
        )
    return wanted, found[wanted]


def _file_there(wanted: str) -> str:
    """Suggest a scenario file of the current folder that a name is like; empty where none is."""
    files = {path.stem: path for path in sorted(Path().glob("*.*")) if path.suffix.lower() in loader.SUFFIXES}
    near = nearest(wanted, files)
    return f'; did you mean the file "{printable(files[near])}"?' if near else ""


def bundled(settings: Settings, populate: Populate = unchanged) -> ScenarioCatalog:
    """Return the bundled scenarios, none of them read yet: the stem of each file is its tenant id."""
    paths = [] if settings.no_bundled else loader.find([resources.scenarios()])
    found = ScenarioCatalog({path.stem: path for path in paths})
    if populate is unchanged:
        return found
    return ScenarioCatalog({name: populate(scenario) for name, scenario in found.items()})


def combined(
    bundled: ScenarioCatalog, given: Mapping[Path, Scenario], aliases: Iterable[tuple[str, str]]
) -> ScenarioCatalog:
    """Join scenarios by tenant id: `given` ones win over `bundled` ones, `aliases` (ID, SCENARIO) over both.

    Raises ValueError for the alias of an unknown scenario.
    """
    found = bundled | by_id(given)
    for tenant, name in ((normal(tenant), normal(name)) for tenant, name in aliases):
        if name not in found:
            raise ValueError(
                f"--tenant {tenant}={name}: there is no scenario {name}{did_you_mean(name, found)}"
            )
        found = found.renamed(name, tenant)
    return found


def by_id(given: Mapping[Path, Scenario]) -> Mapping[str, Scenario]:
    """Map scenarios by the tenant id in their file; the last one of an id wins."""
    return {scenario.id: scenario for scenario in given.values()}


def given(settings: Settings, scenarios: ScenarioCatalog) -> list[Scenario]:
    """List the scenarios that come from files of the settings, not from the gallery."""
    if not settings.scenarios:
        return []
    files = set(map(printable, finding.find(settings.scenarios).files))
    return [scenario for scenario in scenarios.read().values() if scenario.origin in files]


def clashes(scenarios: Iterable[Scenario]) -> dict[str, tuple[Scenario, Scenario]]:
    """Find files that have the tenant id of a file before them: both of each, the earlier first, by file."""
    last: dict[str, Scenario] = {}
    found: dict[str, tuple[Scenario, Scenario]] = {}
    for scenario in {scenario.origin: scenario for scenario in scenarios}.values():
        earlier = last.get(scenario.id, scenario)
        if earlier is not scenario and not _is_same_file(earlier.origin, scenario.origin):
            found[scenario.origin] = (earlier, scenario)
        last[scenario.id] = scenario
    return found


def _is_same_file(first: str, second: str) -> bool:
    try:
        return os.path.samefile(first, second)
    except (OSError, ValueError):
        return False


def clash_error(earlier: Scenario, scenario: Scenario) -> ScenarioError:
    """Write the error about two files with one tenant id."""
    message = (
        f"has the tenant {scenario.id}, and so has {earlier.origin}; give one of them another tenant.id, "
        "or take one away"
    )
    return ScenarioError(scenario.origin, 0, 0, (), message)


def read(paths: Sequence[Path]) -> dict[Path, Scenario]:
    """Load the scenarios in files and folders, by file, and log what is left out.

    Raises ValueError with a line for each mistake, and for two files with one tenant id.
    """
    good: dict[Path, Scenario] = {}
    found = finding.find(paths)
    wrong, left_out = loader.errors_of(found), list(found.left_out)
    for path in map(Path, found.files):
        try:
            source = loader.read(path)
            if reason := not_a_scenario(path, source, found.named):
                left_out.append(reason)
            else:
                good[path] = loader.load(path, source)
        except ScenarioErrors as mistakes:
            wrong += mistakes.errors
    wrong += [clash_error(*pair) for pair in clashes(good.values()).values()]
    if paths and not good and not wrong:
        wrong = loader.nothing_in(paths)
    if wrong:
        raise ValueError(str(ScenarioErrors(wrong)))
    log_left_out(without_answers(left_out, good.values()))
    return good


def without_answers(lines: Iterable[str], scenarios: Iterable[Scenario]) -> list[str]:
    """Take the lines away that say of files that they are no scenarios, where scenarios answer with them."""
    told = list(lines)
    named = tuple(f"{printable(path)}: left out: " for each in scenarios for path in each.answer_files)
    return [line for line in told if not line.startswith(named)]


def not_a_scenario(path: Path, source: bytes, named: Collection[str]) -> str:
    """Write why a file of JSON that stands in a folder is left out; empty for a file that is read."""
    if str(path) in named or path.suffix.lower() != ".json":
        return ""
    reason = json_files.not_a_scenario(source)
    return reason and f"{printable(path)}: left out: {reason}"


def bounded(lines: Sequence[str]) -> list[str]:
    """Keep the first lines about what is left out, and count the rest in one line."""
    told = [line for line in lines if not line.endswith(finding.MORE)]
    counts = (line.partition(" ")[0] for line in lines if line.endswith(finding.MORE))
    more = sum(int(count.replace(",", "")) for count in counts) + len(told[finding.MOST_TOLD :])
    return [*told[: finding.MOST_TOLD], *([f"{more:,}{finding.MORE}"] if more else ())]


def log_left_out(lines: Sequence[str]) -> None:
    """Log what is left out of folders, a line each, with an end."""
    for line in bounded(lines):
        log.info("%s", line)
