"""What watched files say: the last good scenario of each, and what is wrong with it now.

Rule: a file whose content is as it was keeps its scenario, the same object: its tenant notices nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

from oifde_simulator import logs
from oifde_simulator.population.recordings.followed_folder import RecordingFolder
from oifde_simulator.scenario import loader, selection
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.files import finding
from oifde_simulator.scenario.files.finding import FileStamp
from oifde_simulator.scenario.files.stated_ids import stated_id
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.scenario.replacement import Populate, unchanged
from oifde_simulator.tenants.broken_files import BrokenFile, first_message
from oifde_simulator.text import printable

log = logging.getLogger(logs.FOLLOWED)


class WatchedFiles:
    """The scenarios of files that change."""

    def __init__(self, populate: Populate = unchanged) -> None:
        """`populate` is done to each scenario that is loaded."""
        self._populate = populate
        self.good: dict[Path, Scenario] = {}
        """Last good scenarios by file."""
        self.errors: dict[Path, ScenarioErrors] = {}
        """What is wrong now, by file."""
        self._read: dict[Path, bytes] = {}
        self._served: dict[Path, bytes] = {}
        self._stated: dict[Path, str] = {}
        self._answers: dict[Path, Mapping[Path, FileStamp]] = {}
        self._seen: dict[Path, Mapping[Path, FileStamp]] = {}
        self._renewed: set[Path] = set()

    def read(self, path: Path, named: Collection[str]) -> None:
        """Read a file that may have changed; log what is wrong with it. `named` are files not of a folder."""
        try:
            source = self._bytes_of(path)
            digest = blake2b(source, digest_size=16).digest()
            if digest != self._read.get(path):
                self._read[path] = digest
                self._take_or_name(path, source, digest, named)
        except ScenarioErrors as errors:
            if str(errors) != str(self.errors.get(path, "")):
                kept = "the last good one stays" if path in self.good else "it is not served"
                log.warning("%s: not loaded, %s:\n%s", printable(path), kept, errors)
            self.errors[path] = errors
            if path in self.without_folder:
                self._read.pop(path, None)  # the same text may be good at the next look

    def _bytes_of(self, path: Path) -> bytes:
        """Read a file; one that cannot be read now is another one when it can. Raises ScenarioErrors."""
        try:
            return loader.read(path)
        except ScenarioErrors:
            self._read.pop(path, None)
            raise

    def _take_or_name(self, path: Path, source: bytes, digest: bytes, named: Collection[str]) -> None:
        """Take a scenario; remember the tenant id that a broken one means to have. Raises ScenarioErrors."""
        try:
            self._take(path, source, digest, named)
        except ScenarioErrors:
            self._stated[path] = stated_id(source)
            raise

    def _take(self, path: Path, source: bytes, digest: bytes, named: Collection[str]) -> None:
        if digest == self._served.get(path) and path not in self._renewed:
            log.info("%s: mended: it is as it was before", printable(path))
        elif path not in self.good and (reason := selection.not_a_scenario(path, source, named)):
            log.info("%s", reason)
        else:
            scenario = self._populate(loader.load(path, source))
            for warning in scenario.warnings:
                log.warning("%s", warning)
            self._keep(path, scenario, digest)
        self.errors.pop(path, None)

    def _keep(self, path: Path, scenario: Scenario, digest: bytes) -> None:
        """Keep a good scenario; where only the time of a file that is an answer is new, the one of before."""
        before = self.good.get(path)
        self._renewed.discard(path)
        self._answers[path] = scenario.answer_files
        if before is None or digest != self._served.get(path) or not _is_same(before, scenario):
            self.good[path], self._served[path] = scenario, digest

    @property
    def folders(self) -> list[RecordingFolder]:
        """Folders of recordings that the good scenarios name, each once."""
        files = [scenario.recordings.files for scenario in self.good.values()]
        return [each for each in files if isinstance(each, RecordingFolder)]

    @property
    def without_folder(self) -> list[Path]:
        """Files whose mistake is what they name, a folder of recordings or an answer: it may come later."""
        return [
            path
            for path, errors in self.errors.items()
            if any(
                error.path[:2] == ("recordings", "folder") or error.path[-2:] == ("respond", "file")
                for error in errors.errors
            )
        ]

    def with_changed_answers(self) -> list[Path]:
        """List the scenarios of which a file that is an answer has changed, and is as at the last look.

        They are read anew: half of a file that is being written may look whole.
        """
        changed = []
        for path, answers in self._answers.items():
            if not answers:
                continue
            stamps = {each: finding.stamp(each) for each in answers}
            if stamps == self._seen.get(path) and stamps != answers:
                changed.append(path)
                self._read.pop(path, None)
                self._renewed.add(path)
            self._seen[path] = stamps
        return changed

    def forget(self, path: Path) -> None:
        """Forget a file that is gone."""
        for each in (self.good, self.errors, self._read, self._served, self._stated):
            each.pop(path, None)
        for known in (self._answers, self._seen):
            known.pop(path, None)
        self._renewed.discard(path)

    def sort(self, order: Sequence[Path]) -> None:
        """Put scenarios into the order of their files."""
        self.good = {path: self.good[path] for path in order if path in self.good}

    def broken(self, served: Mapping[str, Scenario]) -> list[BrokenFile]:
        """List the files that are wrong now; `served` are the scenarios in service by tenant id."""
        return [
            BrokenFile(printable(path), first_message(errors), self._tenants(path, served))
            for path, errors in self.errors.items()
        ]

    def _tenants(self, path: Path, served: Mapping[str, Scenario]) -> frozenset[str]:
        good = self.good.get(path)
        if good is None:
            return frozenset([self._stated.get(path) or finding.stem(path)])
        return frozenset(name for name, scenario in served.items() if scenario is good)


def _is_same(one: Scenario, other: Scenario) -> bool:
    """Check that two scenarios of one text are the same: the files of their answers have the same bytes."""
    return [rule.definition for rule in one.rules] == [rule.definition for rule in other.rules]
