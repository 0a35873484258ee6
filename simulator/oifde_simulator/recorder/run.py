"""Record user after user; whatever breaks a run off, what it has is kept, and what is missing is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal, Protocol

from oifde_simulator.recorder.history import History, HistoryReader, QueryRefused, identity
from oifde_simulator.recorder.leak_scan import LeakScan
from oifde_simulator.recorder.originals import originals
from oifde_simulator.recorder.progress_file import Progress
from oifde_simulator.recorder.pseudonyms import Pseudonymiser
from oifde_simulator.recorder.pseudonyms.keyed import KeyedText
from oifde_simulator.recorder.recordings import NotFetched, RecordingFolder
from oifde_simulator.text import counted
from oifde_simulator.vendor_client import TargetError

Record = dict[str, Any]
MOST_NUMBERS = 1000
"""Numbers that one record of a scenario may name."""


class Report(Protocol):
    """Who is told how far a run is."""

    def __call__(self, done: int, users: int, records: int, /) -> None:
        """Take the users that are done, those there are, and the records so far."""


@dataclass
class Recording:
    """What a run has, and what it misses."""

    users: Sequence[str] = field(repr=False)
    records: dict[str, list[Record]] = field(default_factory=dict, repr=False)
    """Records as they are to be written, by user."""
    missing: list[str] = field(default_factory=list)
    """Lines about what the service did not give, or gave otherwise than it should."""
    told: set[int] = field(default_factory=set)
    """Places of the users that `missing` has a line about."""
    notes: list[str] = field(default_factory=list)
    """Lines about what differs, and yet nothing is missing."""
    whole: set[str] = field(default_factory=set, repr=False)
    problem: str = ""
    """Why the run was broken off; empty if it was not."""

    def miss(self, place: int, what: str) -> None:
        """Note what is missing of the user at a place."""
        self.told.add(place)
        self.missing.append(f"user {place}{what}")

    def untouched(self) -> Iterator[str]:
        """Write a line for each row of users of which nothing came, and nothing is told."""
        places = (place for place, user in enumerate(self.users, 1) if user not in self.whole)
        for _, row in groupby(enumerate(sorted({*places} - self.told)), lambda each: each[1] - each[0]):
            first, *others = (place for _, place in row)
            who = f"users {first} to {others[-1]}" if others else f"user {first}"
            yield f"{who}: nothing came"

    def all_records(self) -> list[Record]:
        """List the records in the order in which they serve the same; one of several users names them all."""
        found: dict[str, list[Record]] = {}
        for record in (each for user in self.users for each in self.records.get(user, ())):
            found.setdefault(identity(record), []).append(record)
        records = [each for same in found.values() for each in _merged(same)]
        return records[::-1] if self.order == "oldest" else records

    @property
    def order(self) -> Literal["newest", "oldest"]:
        """Order of the service: `oldest` only where every history of several times has it."""
        starts = [_starts(records) for records in self.records.values()]
        told = [each for each in starts if len(set(each)) > 1]
        return "oldest" if told and all(each == sorted(each) for each in told) else "newest"

    @property
    def disordered(self) -> int:
        """Number of histories that are in neither this order nor its opposite."""
        backwards = self.order == "newest"
        starts = map(_starts, self.records.values())
        return sum(each != sorted(each, reverse=backwards) for each in starts)


class Recorder:
    """Reads users' histories, replaces what is to be replaced, and keeps what is done."""

    def __init__(
        self,
        reader: HistoryReader,
        keyed: KeyedText,
        pseudonymiser: Pseudonymiser | None,
        scan: LeakScan,
        progress: Progress,
        *,
        keep_words: bool,
        recordings: RecordingFolder | None,
    ) -> None:
        """Take the parts of a run; without a pseudonymiser, records stay as they are."""
        self._reader, self._keyed, self._pseudonymiser = reader, keyed, pseudonymiser
        self._scan, self._progress, self._keep_words = scan, progress, keep_words
        self._recordings = recordings

    async def run(self, recording: Recording, report: Report) -> None:
        """Record all users into `recording`. Raises ValueError on a leak, or if progress cannot be kept."""
        names = {user: self._keyed.fingerprint("user", user) for user in recording.users}
        for user in recording.users:
            if names[user] in self._progress.done:
                recording.records[user] = self._progress.done[names[user]]
                recording.whole.add(user)
        for place, user in enumerate(recording.users, start=1):
            if user not in recording.whole:
                try:
                    await self._user(place, user, names[user], recording)
                except TargetError as error:
                    recording.problem = str(error)
                    return
            report(place, len(recording.users), sum(map(len, recording.records.values())))

    async def _user(self, place: int, user: str, name: str, recording: Recording) -> None:
        history = History()
        try:
            await self._reader.read(user, history)
        except QueryRefused as error:
            recording.miss(place, f" {error}")
            return
        except BaseException:  # the target is gone, or Ctrl-C: what came is kept
            if history.records:
                recording.miss(place, f": {_so_far(history)}")
            raise
        finally:
            made = recording.records[user] = list(self._made(place, user, history, recording))
            self._require_no_leak(made)
        complete = await self._sounds(place, history, made, recording)
        for line in _shortcomings(history):
            if history.whole:
                recording.notes.append(f"user {place}{line}")
            else:
                recording.miss(place, line)
        if history.whole and complete and len(made) == len(history.records):
            recording.whole.add(user)
            self._progress.add(name, made)

    def _require_no_leak(self, records: list[Record]) -> None:
        if self._pseudonymiser is not None:
            for leak in self._scan.leaks(records, self._pseudonymiser.made):
                raise ValueError(f"nothing more is recorded: {leak}; please report this")

    def _made(self, place: int, user: str, history: History, recording: Recording) -> Iterator[Record]:
        """Replace the records of a history, and check that nothing of them is left."""
        for record in history.records.values():
            if self._pseudonymiser is None:
                yield {"userMobile": user, **_without_user_mobile(record)}
                continue
            self._scan.add(originals(user, record, words=not self._keep_words))
            try:
                made = self._pseudonymiser.record(user, _without_user_mobile(record))
            except ValueError as error:
                recording.miss(place, f": a record is left out: {error}")
                continue
            yield made

    async def _sounds(self, place: int, history: History, made: list[Record], recording: Recording) -> bool:
        """Fetch the recordings of a user; False if one may come later."""
        if self._recordings is None or len(made) != len(history.records):
            return True
        failed: list[str] = []
        for original, shown in zip(history.records.values(), made, strict=True):
            try:
                await self._recordings.fetch(original, shown)
            except NotFetched as error:
                failed.append(str(error))
        if failed:
            recording.miss(place, f": {counted(len(failed), 'recording')} did not come: {failed[0]}")
        return not failed


def _merged(same: Sequence[Record]) -> Iterator[Record]:
    """Merge one record of several users; it comes once more for those that are too many for it."""
    for first in range(0, len(same), MOST_NUMBERS):
        some = same[first : first + MOST_NUMBERS]
        numbers = [each["userMobile"] for each in some]
        yield some[0] if len(some) == 1 else {**some[0], "userMobile": numbers}


def _starts(records: Iterable[Record]) -> list[int]:
    starts = (record.get("startTime") for record in records)
    return [start for start in starts if isinstance(start, int)]


def _without_user_mobile(record: Record) -> Record:
    # The vendor's record has no such member; in a scenario it would be the number that finds the record.
    return {name: value for name, value in record.items() if name != "userMobile"}


def _so_far(history: History) -> str:
    of_all = "" if history.total is None else f" of {history.total:,}"
    return f"{len(history.records):,}{of_all} records came"


def _shortcomings(history: History) -> Iterator[str]:
    if not history.whole:
        yield f": {_so_far(history)}"
    if history.shifted:
        yield ": records moved between pages, or came twice, at both readings; written once"
