"""A nightly job as an integrator writes it: the calls of one day, with their recordings, into SQLite.

Rule: it knows the vendor's documents only, and imports nothing of ours. `Post` is its way to the service: it
sends JSON to a path, with further headers, and returns status and bytes of the answer, or raises OSError.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from wav_sound import WavError, WavSound, keys_of

Result = TypeVar("Result")
Post = Callable[[str, Mapping[str, Any], Mapping[str, str]], tuple[int, bytes]]

API = "/oifde/rest/api"
DOWNLOAD = "/CCFS/resource/ccfs/downloadOiapRecord"
PAGE_SIZE = 5
CHAT = "3"
"""dialogType of a chat, which has no sound."""
TOO_MUCH, NO_DATA = "0300008", "0300012"
"""resultCodes where too many downloads were asked for, and where the recording is not there yet."""
DAY_MS = 24 * 3600 * 1000
"""Age of a call from which on its recording does not come any more."""
PASSING = {429, 500, 502, 503, 504}
"""HTTP statuses that may pass."""
TRIES = 7
RECORDED, NO_SOUND, PENDING, FAILED = "recorded", "no sound", "pending", "failed"
SCHEMA = """
create table if not exists calls (
    call_id text primary key, user text not null, dialog_type text not null,
    start_ms integer not null, end_ms integer,
    state text not null check (state in ('recorded', 'no sound', 'pending', 'failed')),
    sound_ms integer, digits text, sound blob, reason text
)
"""


class EtlError(Exception):
    """Raised where the service answers with an error that waiting does not cure."""


class Passing(EtlError):
    """Raised where the same request may get a better answer a little later."""


class Heard(NamedTuple):
    """What came of a download."""

    state: str
    sound: WavSound | None = None
    reason: str | None = None


class RecordingEtl:
    """The job for one tenant: run it again, and only what is pending is asked for."""

    def __init__(
        self,
        post: Post,
        database: sqlite3.Connection,
        tenant: str,
        secret: str,
        *,
        pause: Callable[[float], None],
        now: Callable[[], int],
    ) -> None:
        """`pause` lets seconds pass before another try; `now` tells epoch milliseconds."""
        self._post = post
        self._pause = pause
        self._now = now
        self._database = database
        self._tenant = tenant
        self._secret = secret
        database.execute(SCHEMA)

    def load(self, users: Iterable[str], begin: str, end: str) -> list[str]:
        """Load the calls that begin between two times; return the callIds that are still pending."""
        token = self._token()
        for user in users:
            for record in self._records(token, user, begin, end):
                if not self._is_done(record["callId"]):
                    self._keep(user, record)
            self._database.commit()
        return self._pending()

    def retry(self, begin: str, end: str) -> list[str]:
        """Load what is pending once more; return the callIds that still are."""
        rows = self._database.execute("select distinct user from calls where state = ?", [PENDING])
        return self.load([user for (user,) in rows.fetchall()], begin, end)

    def _token(self) -> str:
        answer = self._asked(f"{API}/gettoken", {"appKey": self._tenant, "appSecret": self._secret})
        token: str = answer["authToken"]
        return token

    def _records(self, token: str, user: str, begin: str, end: str) -> Iterator[dict[str, Any]]:
        """Read page after page, until one is not full."""
        body = {"tenantId": self._tenant, "authToken": token, "userMobile": user}
        body |= {"beginTime": begin, "endTime": end, "pageSize": str(PAGE_SIZE)}
        number, full = 1, True
        while full:
            page = self._asked(f"{API}/queryRecordHistory", body | {"pageNum": str(number)})["recordList"]
            yield from page
            number, full = number + 1, len(page) == PAGE_SIZE

    def _asked(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._persist(lambda: parsed(self._sent(path, body, {})))
        # A success may come without errorCode, which the vendor's table marks as optional.
        if answer.get("errorCode", 0) != 0:
            raise EtlError(f"errorCode {answer['errorCode']}")
        return answer

    def _persist(self, attempt: Callable[[], Result]) -> Result:
        """Do something again, after a growing pause, while the reason of its failure may pass."""
        for tried in range(TRIES):
            try:
                return attempt()
            except Passing as reason:
                last = str(reason)
                self._pause(0.1 * 2**tried)
        raise EtlError(last)

    def _sent(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> bytes:
        try:
            status, octets = self._post(path, body, headers)
        except OSError:
            raise Passing("broken connection") from None
        if status != 200:
            raise (Passing if status in PASSING else EtlError)(f"HTTP {status}")
        return octets

    def _keep(self, user: str, record: Mapping[str, Any]) -> None:
        heard = self._heard(record)
        kind = record.get("dialogType", "")  # the vendor's table marks it as optional
        call = (record["callId"], user, kind, record["startTime"], record.get("endTime"))
        sound = heard.sound
        kept = (sound.milliseconds, sound.digits(), sound.octets) if sound else (None, None, None)
        values = (*call, heard.state, *kept, heard.reason)
        places = ", ".join("?" * len(values))
        self._database.execute(f"insert or replace into calls values ({places})", values)

    def _heard(self, record: Mapping[str, Any]) -> Heard:
        """Download the recording of a call, where it has one and has ended."""
        if has_no_sound(record):
            return Heard(NO_SOUND)
        if record.get("endTime") is None:
            return Heard(PENDING)
        try:
            return self._persist(lambda: self._downloaded(record))
        except EtlError as reason:
            return Heard(FAILED, reason=str(reason))

    def _downloaded(self, record: Mapping[str, Any]) -> Heard:
        info = json.loads(record["businessInfoStr"])
        path = f"{DOWNLOAD}?{urlencode({'locationId': info['locationId']})}"
        body = {"request": {"version": "2.0"}, "msgBody": {"fileName": info["recordFileName"]}}
        octets = self._sent(path, body, {"Authorization": f"auth-v2/{self._tenant}/-/-/-"})
        # A failure is JSON under HTTP 200, and may have any length and type: sound begins as a WAV file does.
        if octets.startswith(b"RIFF"):
            return Heard(RECORDED, whole_sound(octets, record))
        code = parsed(octets)["resultCode"]
        if code == NO_DATA and self._now() - record["endTime"] < DAY_MS:
            return Heard(PENDING)
        raise (Passing if code == TOO_MUCH else EtlError)(f"resultCode {code}")

    def _is_done(self, call_id: str) -> bool:
        query = "select state from calls where call_id = ?"
        return self._database.execute(query, [call_id]).fetchone() not in (None, (PENDING,))

    def _pending(self) -> list[str]:
        query = "select call_id from calls where state = ? order by start_ms"
        return [call_id for (call_id,) in self._database.execute(query, [PENDING]).fetchall()]


def parsed(octets: bytes) -> dict[str, Any]:
    """Read an answer. Raises Passing for what is no JSON, such as the page of a gateway."""
    try:
        answer: dict[str, Any] = json.loads(octets)
    except ValueError:
        raise Passing("neither sound nor JSON") from None
    return answer


def whole_sound(octets: bytes, record: Mapping[str, Any]) -> WavSound:
    """Check that sound is whole, and that of a call: nothing else tells. Raises EtlError."""
    try:
        sound = WavSound(octets)
    except WavError:
        raise Passing("a recording that is cut") from None
    if sound.is_silent:
        raise EtlError("a recording that is silent")
    lasted = record["endTime"] - record["startTime"]
    if sound.milliseconds != lasted or sound.digits() != keys_of(record["callId"]):
        raise Passing("the recording of another call")
    return sound


def has_no_sound(record: Mapping[str, Any]) -> bool:
    """Check that a record is one of those that never get a recording."""
    kind, info = record.get("dialogType"), json.loads(record["businessInfoStr"])
    return kind == CHAT or info["recordFileName"] == "null"
