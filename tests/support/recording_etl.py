"""A nightly job as an integrator writes it: the calls of one day, with their recordings, into SQLite.

Rule: it knows the vendor's documents only, and imports nothing of ours. `Post` is its way to the service: it
sends JSON to a path, with further headers, and returns status and bytes of the answer.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from wav_sound import WavSound

Post = Callable[[str, Mapping[str, Any], Mapping[str, str]], tuple[int, bytes]]

API = "/oifde/rest/api"
DOWNLOAD = "/CCFS/resource/ccfs/downloadOiapRecord"
PAGE_SIZE = 5
CHAT = "3"
"""dialogType of a chat, which has no sound."""
NO_DATA = "0300012"
"""resultCode where the recording is not there yet."""
RECORDED, NO_SOUND, PENDING = "recorded", "no sound", "pending"
SCHEMA = """
create table if not exists calls (
    call_id text primary key, user text not null, dialog_type text not null,
    start_ms integer not null, end_ms integer,
    state text not null check (state in ('recorded', 'no sound', 'pending')),
    sound_ms integer, digits text, sound blob
)
"""


class EtlError(Exception):
    """Raised where the service answers with an error that waiting does not cure."""


class RecordingEtl:
    """The job for one tenant: run it again, and only what is pending is asked for."""

    def __init__(self, post: Post, database: sqlite3.Connection, tenant: str, secret: str) -> None:
        self._post = post
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
        status, octets = self._post(path, body, {})
        answer: dict[str, Any] = json.loads(octets) if status == 200 else {"errorCode": f"HTTP {status}"}
        if answer["errorCode"] != 0:
            raise EtlError(f"{path}: errorCode {answer['errorCode']}: {answer.get('errorMsg')}")
        return answer

    def _keep(self, user: str, record: Mapping[str, Any]) -> None:
        sound = None if record.get("endTime") is None else self._sound(record)
        state = RECORDED if sound else NO_SOUND if has_no_sound(record) else PENDING
        call = (record["callId"], user, record["dialogType"], record["startTime"], record.get("endTime"))
        heard = (sound.milliseconds, sound.digits(), sound.octets) if sound else (None, None, None)
        places = ", ".join("?" * 9)
        self._database.execute(f"insert or replace into calls values ({places})", (*call, state, *heard))

    def _sound(self, record: Mapping[str, Any]) -> WavSound | None:
        """Download the recording of a call; None where there is none, or not yet."""
        info = json.loads(record["businessInfoStr"])
        if has_no_sound(record):
            return None
        path = f"{DOWNLOAD}?{urlencode({'locationId': info['locationId']})}"
        body = {"request": {"version": "2.0"}, "msgBody": {"fileName": info["recordFileName"]}}
        status, octets = self._post(path, body, {"Authorization": f"auth-v2/{self._tenant}/-/-/-"})
        # A failure is JSON under HTTP 200: what comes is sound only if it begins as a WAV file does.
        if octets.startswith(b"RIFF"):
            return WavSound(octets)
        code = json.loads(octets)["resultCode"] if status == 200 else f"HTTP {status}"
        if code != NO_DATA:
            raise EtlError(f"{info['recordFileName']}: resultCode {code}")
        return None

    def _is_done(self, call_id: str) -> bool:
        query = "select state from calls where call_id = ?"
        return self._database.execute(query, [call_id]).fetchone() in ((RECORDED,), (NO_SOUND,))

    def _pending(self) -> list[str]:
        query = "select call_id from calls where state = ? order by start_ms"
        return [call_id for (call_id,) in self._database.execute(query, [PENDING]).fetchall()]


def has_no_sound(record: Mapping[str, Any]) -> bool:
    """Check that a record is one of those that never get a recording."""
    return record["dialogType"] == CHAT or json.loads(record["businessInfoStr"])["recordFileName"] == "null"
