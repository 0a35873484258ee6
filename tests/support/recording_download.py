"""The download step of the good client: the recording of a call whose record it has.

It takes a body for sound by its first bytes alone, holds its length against the one in the RIFF header,
listens whether it is the sound of this call, and comes back later for what is not there yet.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

from etl_client import EtlClient, GaveUp, Passing, refuse
from oifde_simulator.clock import Clock
from virtual_wire import Reply
from wav_sound import WavSound, keys_of

PATH = "/CCFS/resource/ccfs/downloadOiapRecord"
SOUND, LATER = "sound", "later"
TOO_MUCH, NO_DATA = "0300008", "0300012"
DAY_MS = 24 * 3600 * 1000
"""Age of a call from which on its recording does not come any more."""
PATIENCE = 600.0
"""Seconds that a recording may take."""
RIFF = struct.Struct("<4sI4s")


class NotYet(GaveUp):
    """The recording may come later."""


class Recording(NamedTuple):
    """What the job knows of a recording, from the record of its call."""

    file_name: str
    location: str
    start: int
    """Start of the call, epoch milliseconds."""
    end: int | None
    """End of the call; None where the record has none."""
    call_id: str

    @classmethod
    def of(cls, call_id: str, row: Any) -> Recording | None:
        """Read the row of a call; None where it names no recording."""
        start, end, info = row[0], row[1], row[-1] if isinstance(row[-1], dict) else {}
        name = info.get("recordFileName", "null")
        return None if name == "null" else cls(name, str(info["locationId"]), start, end, call_id)


class Downloader:
    """Downloads recordings for a client, by its way of trying again."""

    def __init__(self, client: EtlClient, tenant: str, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._headers = {"Authorization": f"auth-v2/{tenant}/2026-01-15T12:00:00Z/host/0"}

    def fetch(self, wanted: Recording) -> str:
        """Download a recording; return `sound`, `later`, or why the job gave up."""
        body = {"request": {"version": "2.0"}, "msgBody": {"fileName": wanted.file_name}}
        path = f"{PATH}?locationId={wanted.location}"
        try:
            self._client.persist(lambda: self._take(path, body, wanted))
        except NotYet:
            return LATER
        except GaveUp as reason:
            return str(reason)
        return SOUND

    def _take(self, path: str, body: Mapping[str, Any], wanted: Recording) -> None:
        reply = self._client.send(path, body, self._headers, PATIENCE)
        if reply.status != 200:
            refuse(reply, self._clock.now())
        if is_sound(reply.body):
            check_length(reply.body)
            check_call(WavSound(reply.body), wanted)
        else:
            self._refuse(code_of(reply), wanted)

    def _refuse(self, code: str, wanted: Recording) -> None:
        if code == TOO_MUCH:
            raise Passing(f"resultCode {code}")
        if code == NO_DATA and self._clock.now() - wanted.start < DAY_MS:
            raise NotYet(f"resultCode {code}")
        raise GaveUp(f"resultCode {code}")


def is_sound(body: bytes) -> bool:
    """Check the first bytes; neither status, type nor length tells sound from an error."""
    return len(body) >= RIFF.size and RIFF.unpack_from(body)[::2] == (b"RIFF", b"WAVE")


def check_length(body: bytes) -> None:
    """Hold the length in the header against what came. Raises Passing."""
    _, told, _ = RIFF.unpack_from(body)
    if told + 8 != len(body):
        raise Passing("a recording that is cut")


def check_call(sound: WavSound, wanted: Recording) -> None:
    """Listen whether a recording is that of a call. Raises Passing for another's, GaveUp for silence."""
    if sound.is_silent:
        raise GaveUp("a recording that is silent")
    went_on = wanted.end is None  # when the record was read
    fits = went_on or wanted.end - wanted.start == sound.milliseconds
    if not fits or sound.digits() != keys_of(wanted.call_id):
        raise Passing("the recording of another call")


def code_of(reply: Reply) -> str:
    """Read resultCode, whatever the Content-Type says. Raises Passing for what is no such answer."""
    try:
        return str(json.loads(reply.body)["resultCode"])
    except (ValueError, KeyError, TypeError):
        raise Passing("neither sound nor an error") from None
