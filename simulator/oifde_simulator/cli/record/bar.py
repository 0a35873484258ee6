"""Show how far a recording is: a bar on a terminal if tqdm is installed, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from oifde_simulator.recorder.run import Report
from oifde_simulator.text import counted

LINES = 20
"""Most lines of a run that shows no bar."""


@contextmanager
def progress_report(users: int) -> Iterator[Report]:
    """Make a report of a run about so many users, which ends with the block."""
    bar = _bar(users) if sys.stderr.isatty() else None
    if bar is None:
        yield _tell_line
        return

    def draw(done: int, _users: int, records: int, /) -> None:
        bar.set_postfix(records=records, refresh=False)
        bar.update(done - bar.n)

    with bar:
        yield draw


def _bar(users: int):  # type: ignore[no-untyped-def]  # tqdm has no types of its own
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm(total=users, unit="user", file=sys.stderr, dynamic_ncols=True, leave=False)


def _tell_line(done: int, users: int, records: int, /) -> None:
    if done == users or done % max(1, users // LINES) == 0:
        print(
            f"{done:,} of {counted(users, 'user')}, {counted(records, 'record')}", file=sys.stderr, flush=True
        )
