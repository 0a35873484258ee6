"""One run of `record`: its parts put together, run, and told about."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from oifde_simulator.cli.exit_codes import OK, USAGE_ERROR
from oifde_simulator.cli.record.bar import progress_report
from oifde_simulator.cli.record.beginning import progress_of, require_output
from oifde_simulator.cli.target_options import Account
from oifde_simulator.cli.termination import end_at_sigterm
from oifde_simulator.recorder.history import HistoryReader
from oifde_simulator.recorder.leak_scan import LeakScan
from oifde_simulator.recorder.output import Output
from oifde_simulator.recorder.progress_file import Progress
from oifde_simulator.recorder.pseudonyms import Pseudonymiser, Wishes
from oifde_simulator.recorder.pseudonyms.keyed import KeyedText
from oifde_simulator.recorder.recordings import RecordingFolder
from oifde_simulator.recorder.run import Recorder, Recording
from oifde_simulator.text import counted, printable
from oifde_simulator.vendor_client import Pace, TenantSession, VendorSession
from oifde_simulator.vendor_client.credentials import authorization

INTERRUPTED = "interrupted"


def record(
    options: argparse.Namespace, account: Account, users: Sequence[str], environment: Mapping[str, str]
) -> int:
    """Record `users`, write the scenario, and return the exit code. Raises ValueError."""
    require_output(options)
    bearer = authorization(environment) if options.recordings else ""
    output = Output(options.output, private=options.no_pseudonyms, real_secret=account.target.secret)
    progress, keyed = progress_of(options, account, output)
    run = _Run(options, account, keyed, progress, bearer)
    recording = Recording(users, notes=list(_cautions(options, account)))
    try:
        asyncio.run(run.record(recording))
    except (KeyboardInterrupt, asyncio.CancelledError):
        recording.problem = INTERRUPTED
    if recording.whole or any(recording.records.values()):
        _write(output, run, recording, progress)
    return _conclude(options, recording, progress)


def _cautions(options: argparse.Namespace, account: Account) -> Iterator[str]:
    if options.insecure:
        yield "any certificate was trusted (--insecure)"
    if account.target.tenant in options.output.stem and not options.no_pseudonyms:
        yield "the file is named after the tenant that was recorded"


class _Run:
    """The parts of one run."""

    def __init__(
        self, options: argparse.Namespace, account: Account, keyed: KeyedText, progress: Progress, bearer: str
    ) -> None:
        self._options, self._account, self._keyed, self._progress = options, account, keyed, progress
        self._bearer = bearer
        self.scan = LeakScan()
        self.sounds: Path | None = options.recordings
        self.pseudonymiser = None if options.no_pseudonyms else self._pseudonymiser()

    def _pseudonymiser(self) -> Pseudonymiser:
        wishes = Wishes(self._options.keep_words, self._options.shift)
        stem = self._options.output.stem
        return Pseudonymiser(self._keyed, wishes, tenant=self._account.target.tenant, shown_tenant=stem)

    async def record(self, recording: Recording) -> None:
        """Ask the target for all users."""
        end_at_sigterm()
        options, target = self._options, self._account.target
        pace = Pace(options.max_requests, options.rate, time=time.monotonic, sleep=asyncio.sleep)
        async with VendorSession(target, pace) as session:
            asking = TenantSession(session, app_key=self._account.app_key, secret=target.secret)
            span = {"beginTime": options.begin, "endTime": options.end}
            given = {name: text for name, text in span.items() if text}
            folder = options.recordings and RecordingFolder(options.recordings, session, self._bearer)
            recorder = Recorder(
                HistoryReader(asking, target.tenant, given),
                self._keyed,
                self.pseudonymiser,
                self.scan,
                self._progress,
                keep_words=options.keep_words,
                recordings=folder or None,
            )
            try:
                with progress_report(len(recording.users)) as report:
                    await recorder.run(recording, report)
            finally:
                self._forbid(asking.issued)

    def _forbid(self, tokens: Sequence[str]) -> None:
        """Let the scan look for credentials too, and for the tenant unless the file's name tells it."""
        target, app_key = self._account.target, self._account.app_key
        self.scan.add([(target.secret, "the appSecret"), *((token, "a token") for token in tokens)])
        if self._options.no_pseudonyms:
            return
        names = {app_key: "the appKey", target.tenant: "the tenantId"}
        self.scan.add((name, kind) for name, kind in names.items() if name not in self._options.output.stem)


def _write(output: Output, run: _Run, recording: Recording, progress: Progress) -> None:
    """Write what there is, unless the file that is there has more. Raises ValueError."""
    records = recording.all_records()
    if progress.written and progress.written[1] > len(records) and output.digest() == progress.written[0]:
        return
    output.more = _keys(output, run, recording)
    if recording.disordered:
        line = f"{counted(recording.disordered, 'user')} with records in another order; served, the "
        recording.notes.append(f"{line}{recording.order} is first")
    made = run.pseudonymiser.made if run.pseudonymiser else set()
    left_out = output.write(records, _description(run, recording, len(records)), run.scan, made)
    if left_out:
        recording.missing.append(f"{counted(left_out, 'record')} left out: a scenario cannot have them")
    progress.note_output(output.digest() or "", len(records))


def _keys(output: Output, run: _Run, recording: Recording) -> dict[str, Any]:
    """Write the settings by which the file serves what the service does."""
    keys: dict[str, Any] = {"settings": {"order": "oldest"}} if recording.order == "oldest" else {}
    folder = run.sounds
    if folder is None or not folder.is_dir():
        return keys
    home, real = output.path.parent.resolve(), folder.resolve()
    if real == home or not real.is_relative_to(home):
        line = "the folder of recordings does not lie beside the scenario, which cannot name it so"
        recording.notes.append(line)
        return keys
    return keys | {"recordings": {"folder": real.relative_to(home).as_posix()}}


def _description(run: _Run, recording: Recording, records: int) -> str:
    how = "recorded" if run.pseudonymiser is None else "recorded under pseudonyms"
    part = "" if len(recording.whole) == len(recording.users) else f"; {len(recording.whole):,} are whole"
    return f"{counted(records, 'session')} of {counted(len(recording.users), 'user')}, {how}{part}."


def _conclude(options: argparse.Namespace, recording: Recording, progress: Progress) -> int:
    """Tell what there is and what is missing, and return the exit code."""
    for line in recording.notes:
        print(f"note: {line}", file=sys.stderr)
    for line in [*recording.missing, *(() if progress.is_empty else recording.untouched())]:
        print(f"missing: {line}", file=sys.stderr)
    left = len(recording.users) - len(recording.whole)
    if recording.problem or left:
        _tell_how_to_go_on(recording, left, progress)
    if progress.is_empty or not (recording.problem or left):
        progress.remove()
    if progress.written:
        print(f"{printable(options.output)}: {counted(progress.written[1], 'session')}")
    return USAGE_ERROR if recording.problem or recording.missing or left else OK


def _tell_how_to_go_on(recording: Recording, left: int, progress: Progress) -> None:
    missing = f"{left:,} of {counted(len(recording.users), 'user')} are not whole"
    if progress.is_empty:
        told = [recording.problem or missing, "nothing is recorded"]
    else:
        told = [*filter(None, [recording.problem]), missing, "the same command goes on from here"]
    print(f"oifde-simulator record: {'; '.join(told)}", file=sys.stderr)
