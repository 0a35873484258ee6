"""The ready file: one JSON object that appears once a server is ready, and goes with it.

Rule: only a regular file of this user is removed or replaced, and no link is followed. Standard library only,
since an old file is removed before anything else is imported.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from oifde_simulator.config import Settings
from oifde_simulator.config.reading import ENVIRONMENT_PREFIX, read_settings
from oifde_simulator.text import printable

READY_FILE = f"{ENVIRONMENT_PREFIX}READY_FILE"
"""Variable that names the ready file."""
KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a link",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}
"""Words for what is no regular file, by the type in its mode."""

FileIdentity = tuple[int, int, int]
"""Device, inode number and time of change of a file: another file with the same name differs in one."""


def paths(chosen: Settings, environment: Mapping[str, str]) -> list[Path]:
    """List the file of the option and that of the environment, where a container's health check looks."""
    named = read_settings({}, {READY_FILE: environment.get(READY_FILE, "")}).ready_file
    return list(dict.fromkeys(path for path in (chosen.ready_file, named) if path))


def remove_old(paths: Iterable[Path]) -> None:
    """Remove the ready files of earlier servers.

    Raises ValueError for a path in no folder, and for one at which something else stands.
    """
    for path in paths:
        if not path.parent.is_dir():
            raise _refusal(path, "a file in a folder that is there", "no such folder")
        _remove_regular(path)


@contextmanager
def ready_files(paths: Iterable[Path], **ready: Any) -> Iterator[None]:
    """Write `ready` and the process id to each file in one step, and remove the files after the block.

    A file that another server has put in the place of ours stays. Raises ValueError as `remove_old` does.
    """
    text = json.dumps({**ready, "pid": os.getpid()}) + "\n"
    with ExitStack() as files:
        for path in paths:
            files.callback(_remove_own, path, _write(path, text))
        yield


def remove_written(paths: Iterable[Path]) -> None:
    """Remove the files that this process wrote, without waiting for the end of the block that wrote them."""
    for path in paths:
        with suppress(OSError, ValueError, TypeError, KeyError):
            if json.loads(path.read_bytes())["pid"] == os.getpid():
                path.unlink()


def _write(path: Path, text: str) -> FileIdentity:
    """Write a file that readers see in whole or not at all, and return its identity."""
    # Not named by the process id alone: in containers every server has the same one.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write_new(draft, text)
        try:
            _publish(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        return _identity(path.lstat())
    except OSError as error:
        reason = error.strerror or str(error)
        raise _refusal(path, "a file that can be written", reason) from None


def _write_new(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    with open(os.open(path, flags, 0o666), "w", encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
        except OSError:  # no space is left
            path.unlink()
            raise


def _publish(draft: Path, path: Path) -> None:
    """Give the draft its name; whatever has the name now must be a regular file of this user."""
    while True:
        _remove_regular(path)
        try:
            os.link(draft, path)  # unlike a rename, it never replaces anything
        except FileExistsError:
            continue
        except OSError:  # a file system without hard links
            draft.replace(path)
        return


def _remove_regular(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    kind = KINDS.get(stat.S_IFMT(found.st_mode))
    if kind is None and hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        kind = "a file of another user"
    if kind is not None:
        raise _refusal(path, "nothing, or the ready file of an earlier server", kind)
    path.unlink(missing_ok=True)


def _remove_own(path: Path, own: FileIdentity) -> None:
    with suppress(OSError):
        if _identity(path.lstat()) == own:
            path.unlink()


def _identity(found: os.stat_result) -> FileIdentity:
    return found.st_dev, found.st_ino, found.st_mtime_ns


def _refusal(path: Path, expected: str, found: str) -> ValueError:
    return ValueError(
        f"--ready-file {printable(path)}: expected {expected}, found {found}; name another file"
    )
