"""What a replica serves: the digests of its tenants' files, and the settings that change answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path

from oifde_simulator import __version__, resources
from oifde_simulator.config import Settings
from oifde_simulator.config.reading import flag_name, option_of
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants.digests import recordings_digest, scenario_digest

COMPARED = (
    "tenantless", "settings_from", "recordings_tenant", "any_credentials", "tls", "client_cert", "max_body",
    "bad_json_status", "error_status", "repeated_slashes", "trailing_slash", "byte_order_mark", "charset",
    "idle_timeout", "body_timeout", "write_timeout", "max_header_bytes", "max_headers",
    "journal_exchanges", "journal_tenant_bytes", "journal_bytes",
)  # fmt: skip
"""Names of the settings that are compared; `--scenarios` and `--population` are, as digests of files."""
SECRET = ("seed", "authority")
"""Settings of which only a digest is told."""
MOST_NAMED = 20
"""Files and settings that are named where two replicas differ."""


@dataclass(frozen=True)
class Description:
    """What one replica serves."""

    settings: Mapping[str, str]
    """Settings by name, as text."""
    files: Mapping[str, str]
    """Digest of the scenario, and name of its file, by tenant id."""

    @cached_property
    def text(self) -> str:
        """Write it as JSON."""
        return json.dumps({"settings": self.settings, "files": self.files}, sort_keys=True)

    @cached_property
    def digest(self) -> str:
        """Digest it."""
        return blake2b(self.text.encode(), digest_size=16).hexdigest()

    @classmethod
    def read(cls, text: str) -> Description:
        """Read what `text` has written; empty for nothing known."""
        value = json.loads(text) if text else {}
        return cls(value.get("settings", {}), value.get("files", {}))


@dataclass(frozen=True)
class Differences:
    """What two descriptions say otherwise, each as a few words that name it."""

    files: tuple[str, ...]
    settings: tuple[str, ...]

    def __str__(self) -> str:
        """Name them in one line."""
        return "; ".join(
            f"{kind}: {', '.join(named)}"
            for kind, named in (("files", self.files), ("settings", self.settings))
            if named
        )


class Describer:
    """Describe one server, again at each heartbeat: a file is digested once."""

    def __init__(self, settings: Settings, ca_pem: bytes | None) -> None:
        """`ca_pem` is the certificate of our authority; None where there is none."""
        self._settings = {name: str(getattr(settings, name)) for name in COMPARED}
        secrets = {"seed": settings.seed.encode("utf-8", "surrogatepass"), "authority": ca_pem or b""}
        self._settings |= {name: blake2b(value, digest_size=8).hexdigest() for name, value in secrets.items()}
        self._settings["version"] = __version__
        self._digests: dict[str, tuple[Scenario, str]] = {}
        self._last = Description({}, {})
        self._files: ScenarioCatalog | None = None
        """Catalog that was described last; None where its folders of recordings may have changed since."""

    def describe(self, files: ScenarioCatalog) -> Description:
        """Describe what is served with these files."""
        if files is self._files:
            return self._last
        found = {id: self._file(id, files[id]) for id in files}
        has_folders = any(scenario.recordings.folder is not None for scenario in files.values())
        self._files = None if has_folders else files
        self._digests = {id: self._digests[id] for id in found}
        if found != self._last.files:
            self._last = Description(self._settings, found)
        return self._last

    def digests(self) -> dict[str, str]:
        """Map tenants to the digests of their scenarios, as they were described last."""
        return {id: digest for id, (_, digest) in self._digests.items()}

    def _file(self, id: str, scenario: Scenario) -> str:
        known, digest = self._digests.get(id, (None, ""))
        if known is not scenario:
            digest = scenario_digest(scenario)
            self._digests[id] = (scenario, digest)
        recordings = recordings_digest(scenario)
        return f"{digest}{recordings and '+' + recordings} {Path(scenario.origin).name}"


def differences(mine: Description, other: Description) -> Differences:
    """Name what this replica serves otherwise than another."""
    return Differences(
        tuple(_some(_files(mine.files, other.files))), tuple(_some(_settings(mine.settings, other.settings)))
    )


def _files(mine: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    ids = mine.keys() | other.keys()
    for side, has_none, words in (
        (other, mine, "not here: --no-bundled"),
        (mine, other, "here only: the other has --no-bundled"),
    ):
        if _bundled(side) and not _bundled(has_none):
            yield f"all bundled scenarios ({words})"
            ids -= {id for id in _bundled(side) if id not in has_none}
    for id in sorted(ids):
        (own, own_name), (theirs, name) = _split(mine.get(id, "")), _split(other.get(id, ""))
        if own != theirs:
            where = "" if own and theirs else " (here only)" if own else " (not here)"
            yield f"{own_name or name}{where}"


def _bundled(files: Mapping[str, str]) -> set[str]:
    """List the tenants that have the name of a bundled scenario and its file."""
    return {id for id, file in files.items() if _split(file)[1] == f"{id}.yaml" in _bundled_names()}


@cache
def _bundled_names() -> frozenset[str]:
    """List the names of the bundled files; a heartbeat asks for them."""
    return frozenset(path.name for path in resources.scenarios().glob("*.yaml"))


def _split(file: str) -> tuple[str, str]:
    digest, _, name = file.partition(" ")
    return digest, name


def _settings(mine: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(mine.keys() | other.keys()):
        if mine.get(name) != other.get(name):
            option = option_of(name)
            values = "" if name in SECRET else f" ({mine.get(name)} here, {other.get(name)} there)"
            yield f"{flag_name(option) if option else name}{values}"


def _some(named: Iterator[str]) -> Iterator[str]:
    for number, each in enumerate(named):
        if number == MOST_NAMED:
            yield "and more"
            return
        yield each
