"""Files of certificates and keys. Rule: a file that is there is never replaced."""

from __future__ import annotations

import os
import shlex
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from oifde_simulator.web.tls.context import TlsError


def make_folder(path: Path) -> None:
    """Make a folder of mode 0700, unless there is one. Raises TlsError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise TlsError(path, "a folder", error.strerror, "give another folder") from error


def read(path: Path) -> bytes | None:
    """Read a file; None where there is none. Raises TlsError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        fix = "let this user read it, or name another"
        raise TlsError(path, "a readable file", error.strerror, fix) from error


def require_private(path: Path) -> None:
    """Check that nobody but this user can read a key. Raises TlsError.

    The group may read a key that another user owns, as it does where Kubernetes mounts a secret.
    """
    if os.name != "posix":
        return
    found = path.stat()
    allowed = 0o700 if found.st_uid == os.geteuid() else 0o740
    mode = stat.S_IMODE(found.st_mode)
    if mode & ~allowed:
        mounted = "or mount it with defaultMode 0400"
        fix = f"chmod 600 {shlex.quote(str(path))}, {mounted}, or make a new authority if others have read it"
        raise TlsError(path, "a key that no other user can read", f"the mode {mode:04o}", fix)


def write_once(path: Path, content: bytes) -> bytes:
    """Write a file of mode 0600, unless another process just did, and return its content.

    Readers see the whole file or none. Raises TlsError.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as draft:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
            with suppress(FileExistsError):
                os.link(draft.name, path)
    except OSError as error:
        fix = "give a writable folder on a file system with hard links"
        raise TlsError(path, "to write it", error.strerror, fix) from error
    return read(path) or b""
