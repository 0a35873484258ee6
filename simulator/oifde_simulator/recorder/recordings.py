"""Fetch the sound of calls, where a user asks for it: voices of people, which no pseudonym hides."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import quote

from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.population.recordings.file_names import RecordingName
from oifde_simulator.recorder.files import replacing
from oifde_simulator.recorder.pseudonyms import json_text
from oifde_simulator.text import printable, shown
from oifde_simulator.vendor_client import TargetError, VendorSession

DOWNLOAD = BY_NAME["downloadOiapRecord"].path
MOST_BYTES = 256 << 20
"""Bytes of the largest recording: nine hours at 8 kHz."""
HEAD = 12
"""Bytes that tell a WAV file: `RIFF`, a size, `WAVE`."""
MOST_OF_AN_ERROR = 4096


class NotFetched(Exception):
    """A recording that does not come; the text says why."""


class NotAllowed(TargetError):
    """A service that refuses the Authorization: no other recording will come either."""


def file_name(record: Mapping[str, Any]) -> str | None:
    """Find the recording's file name in a record; None where it has none."""
    for member in ("businessInfoStr", "businessInfo"):
        value = record.get(member)
        found = json_text.read(value) if isinstance(value, str) else (value, {})
        name = found[0].get("recordFileName") if found and isinstance(found[0], dict) else None
        if isinstance(name, str) and name not in ("", "null"):
            return name
    return None


class RecordingFolder:
    """A folder to which recordings are written, each under the name that its record shows in the scenario."""

    def __init__(self, folder: Path, session: VendorSession, authorization: str) -> None:
        """Take the folder, and the Authorization header of downloads."""
        self._folder = folder
        self._session = session
        self._headers = {"Authorization": authorization}
        self.fetched = 0

    async def fetch(self, original: Mapping[str, Any], made: Mapping[str, Any]) -> None:
        """Fetch the recording of a record unless it is there. Raises NotFetched and TargetError."""
        name, shown_name = file_name(original), file_name(made)
        if name is None or shown_name is None:
            return
        path = self._folder / local_name(shown_name)
        if path.exists():
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path, private=True) as file:
                await self._download(name, original.get("locationId"), file)
        except OSError as error:
            raise TargetError(f"{printable(path)}: cannot be written: {error.strerror}") from None
        self.fetched += 1

    async def _download(self, name: str, location: object, file: BinaryIO) -> None:
        place = f"?locationId={quote(str(location))}" if isinstance(location, int | str) else ""
        body = {"request": {"version": "2.0"}, "msgBody": {"fileName": name}}
        async with self._session.streamed("POST", DOWNLOAD + place, body, self._headers) as (answer, pieces):
            if answer.status in (401, 403):
                raise NotAllowed(f"HTTP status {answer.status} to a download; is OIFDE_AUTHORIZATION right?")
            if answer.status != 200:
                raise NotFetched(f"HTTP status {answer.status}")
            await _copy(pieces, file)


async def _copy(pieces: AsyncIterator[bytes], file: BinaryIO) -> None:
    """Write a body that begins as a WAV file does. Raises NotFetched for others, and for one too long."""
    head, size = b"", 0
    async for piece in pieces:
        size += len(piece)
        if size > MOST_BYTES:
            raise NotFetched(f"more than {MOST_BYTES >> 20} MiB")
        if len(head) < MOST_OF_AN_ERROR:
            head += piece[:MOST_OF_AN_ERROR]
        if len(head) >= HEAD and not _is_wav(head) and len(head) >= MOST_OF_AN_ERROR:
            break
        file.write(piece)
    if not _is_wav(head):
        raise NotFetched(_why(head))


def _is_wav(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


def _why(head: bytes) -> str:
    """Say what came in place of a recording: the vendor sends errors under the media type of sound, too."""
    try:
        answer = json.loads(head)
        code = answer.get("resultCode") or answer["response"]["resultCode"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "what came is no WAV file"
    return f"resultCode {shown(code, 24)}"


def local_name(name: str) -> str:
    """Turn a recording's name into a relative path without its drive and without steps upwards.

    A documented form becomes the one under which `recordings: {folder: ...}` looks for it.
    """
    if (known := RecordingName.parse(name)) is not None:
        return known.canonical[len("Y:/") :]
    parts = PurePosixPath(name.replace("\\", "/").partition(":/")[2] or name).parts
    kept = ["".join(each if each.isalnum() or each in "._-" else "_" for each in part) for part in parts]
    return str(PurePosixPath(*([part for part in kept if part.strip("._")] or ["unnamed"])))
