"""A log file that may be moved away, and whose disk may fill up, while the server goes on.

Rule: standard error is told once when lines are lost or go elsewhere, and once more when the file is written
again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from oifde_simulator.log_writer import PIECE
from oifde_simulator.text import counted, printable


class LogFile:
    """A file that lines are appended to."""

    def __init__(self, path: Path, notice: Callable[[str], bytes]) -> None:
        """Open the file; `notice` makes a line of the log of a message. Raises OSError where that fails."""
        self._path = path.absolute()
        self._notice = notice
        self._lost = 0
        self._is_torn = False
        self._is_moved = False
        """True once it was told that lines go to a moved file."""
        self._number = _opened(path)
        self._file = os.fstat(self._number)

    def __call__(self, octets: bytes) -> None:
        """Append lines. Those that cannot be written are lost, and counted."""
        whole = octets
        left = memoryview(whole)
        try:
            self._follow_path()
            whole = self._before + octets
            left = memoryview(whole)
            while left:
                left = left[os.write(self._number, left[:PIECE]) :]
        except OSError as error:
            self._lose(error, octets, whole, len(left))
        else:
            self._find_again()

    def close(self) -> None:
        """Tell how many lines are lost for good."""
        if self._lost:
            self._tell(f"{self._count} at the end")

    @property
    def _count(self) -> str:
        return f"{counted(self._lost, 'line')} of the log {'was' if self._lost == 1 else 'were'} lost"

    @property
    def _before(self) -> bytes:
        """End of a torn line, and the notice of lines that were lost."""
        notice = self._notice(f"{self._count} before this one") if self._lost else b""
        return b"\n" * self._is_torn + notice

    def _lose(self, error: OSError, octets: bytes, whole: bytes, left: int) -> None:
        """Count the lines of `octets` among the last `left` bytes of what was to be written."""
        if not self._lost:
            self._tell(f"{error.strerror}; lines are lost until it can be written again, the server goes on")
        written = whole[: len(whole) - left]
        self._is_torn = not written.endswith(b"\n") if written else self._is_torn
        self._lost += min(octets.count(b"\n"), whole.count(b"\n", len(written)))

    def _find_again(self) -> None:
        if self._lost:
            self._tell(f"is written again; {self._count}")
        self._lost, self._is_torn = 0, False

    def _follow_path(self) -> None:
        """Open a new file where the old one has been moved away or deleted, as logrotate does.

        Raises OSError where it is deleted and there can be no new one. A moved one that can have no
        successor yet is written on, which is told once.
        """
        if not self._is_in_place():
            try:
                self._reopen()
            except OSError as error:
                if not os.fstat(self._number).st_nlink:
                    self._is_moved = False  # lines are lost from now on, which is told
                    raise
                self._tell_moved(error)
                return
        if self._is_moved:
            self._tell("is written again")
            self._is_moved = False

    def _reopen(self) -> None:
        """Go on with what is at the path now. Raises OSError, also for a pipe that nobody reads."""
        number = _opened(self._path, os.O_NONBLOCK)  # or opening a pipe would wait for its reader
        os.set_blocking(number, True)
        os.close(self._number)
        self._number, self._file = number, os.fstat(number)
        self._is_torn = False

    def _tell_moved(self, error: OSError) -> None:
        if not self._is_moved:
            problem = f"was moved away, and none can be opened in its place: {error.strerror}"
            self._tell(f"{problem}; lines go on to the moved file until one can")
        self._is_moved = True

    def _is_in_place(self) -> bool:
        """Check that the path leads to the file that is open."""
        if os.name == "nt":  # an open file can be neither moved nor deleted there
            return True
        try:
            return os.path.samestat(self._file, self._path.stat())
        except OSError:
            return False

    def _tell(self, message: str) -> None:
        if sys.stderr is not None:
            with suppress(OSError, ValueError):  # nobody can be told
                print(f"oifde-simulator: --log-file {printable(self._path)}: {message}", file=sys.stderr)


def _opened(path: Path, flags: int = 0) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | flags, 0o666)
