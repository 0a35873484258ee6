"""Ask for recordings, each time with a new `Authorization`; one that is refused is sent once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from multidict import CIMultiDict

from oifde_simulator.drift.ask import Ask, encoded, path_of
from oifde_simulator.drift.asker import Asker, Session
from oifde_simulator.drift.judgement import NotProbed
from oifde_simulator.drift.redaction import code_text, said
from oifde_simulator.instants import iso
from oifde_simulator.model.http import JSON_UTF8, Request
from oifde_simulator.oifde.authorization import authorization, signed
from oifde_simulator.vendor_client import Reply

DOWNLOAD = path_of("downloadOiapRecord")
MARKS = SIGNED, STALE, NOBODYS, FORGED = ("@signed@", "@stale@", "@nobodys@", "@forged@")
"""Kinds of `Authorization`: good, of a time long ago, of a key that nobody has, wrongly signed."""
GIVEN = "@given@"
"""The `Authorization` that the user gave."""
REFUSED = (401, 403)
NO_KEY = "it needs an access key for downloads: --access-key, with its secret key"
LONG_AGO = 946_684_800_000
"""A time of the year 2000, epoch milliseconds."""
NOBODYS_KEY, WRONG_SECRET = "drift-probe-no-such-key", "drift-probe-wrong-secret"
VERSION = "2.0"
SOME_FILE = "Y:/0/odfsrecord/20200101/1577836800-driftprobe.wav"
"""A file of a documented form that nobody has."""
RESULT_CODE = re.compile("[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """The account by which recordings are downloaded."""

    key: str = field(repr=False, default="")
    secret: str = field(repr=False, default="")
    header: str = field(repr=False, default="")
    """An `Authorization` that is known to be good; empty for none."""

    def __bool__(self) -> bool:
        """Whether there is anything to ask with."""
        return bool(self.key or self.header)


class SigningSession:
    """Writes the `Authorization` of each request when it is sent, so that no request has it as a value."""

    def __init__(self, session: Session, account: AccessKey, host: str, now: Callable[[], int]) -> None:
        """Take the session beneath, the host that requests name, and a clock of epoch milliseconds."""
        self._session, self._host, self._now = session, host, now
        self.account = account

    async def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str | None] | None = None
    ) -> Reply:
        """Send one request. Raises TargetError."""
        sent = dict(headers or {})
        mark = sent.get("Authorization")
        if mark == GIVEN:
            sent["Authorization"] = self.account.header
        elif mark in MARKS:
            sent |= self._signed(str(mark), method, path, body)
        return await self._session.request(method, path, body, sent)

    def _signed(self, mark: str, method: str, path: str, body: bytes | None) -> dict[str, str | None]:
        length = {} if body is None else {"Content-Length": str(len(body))}
        own = {"Content-Type": JSON_UTF8[0][1], "Host": self._host, **length}
        key = NOBODYS_KEY if mark == NOBODYS else self.account.key
        secret = WRONG_SECRET if mark in (NOBODYS, FORGED) else self.account.secret
        time = iso(LONG_AGO if mark == STALE else self._now())[: len("yyyy-mm-ddThh:mm:ss")] + "Z"
        request = Request(method, path, CIMultiDict(own), body or b"")
        names = tuple(
            sorted(name.lower() for name in own)
        )  # C2, in samples: content-length;content-type;host
        return {**own, "Authorization": signed(request, key, secret, time=time, names=names)}


class Downloads:
    """Answers to downloads of one run."""

    def __init__(self, asker: Asker, account: AccessKey) -> None:
        """Take what asks, by a `SigningSession` of the same account."""
        self.asker = asker
        self.account = account
        self.refused = ""
        """Why no good `Authorization` is sent any more; empty where one is."""
        self.signing: Literal["good", "refused", "not tried"] = "not tried"
        """How our own signature was received."""
        self._is_good = False
        asker.keep_private(account.key, account.secret, account.header)

    async def ask(
        self, body: bytes | None, *, query: str = "", mark: str | None = SIGNED, **given: Any
    ) -> Reply:
        """Ask for a recording by a body. Raises NotProbed, Disturbed, TargetError."""
        sent = self._own_mark() if mark == SIGNED else mark
        headers = (("Authorization", sent), *given.get("headers", ()))
        reply = await self.asker.ask(Ask(DOWNLOAD + query, body, **given | {"headers": headers}))
        if mark != SIGNED or self._is_allowed(reply, sent):
            return reply
        return await self.ask(body, query=query, **given)  # with the given header, or it raises

    async def file(self, name: str, location: object = None, **given: Any) -> Reply:
        """Ask for a file by its name. Raises NotProbed, Disturbed, TargetError."""
        query = "" if location is None else f"?locationId={location}"
        return await self.ask(body(fileName=name), query=query, **given)

    def _own_mark(self) -> str:
        """Choose the `Authorization` that is good. Raises NotProbed without any."""
        if not self.account:
            raise NotProbed(NO_KEY)
        if self.refused:
            raise NotProbed(self.refused)
        return SIGNED if self.account.key and self.signing != "refused" else GIVEN

    def _is_allowed(self, reply: Reply, mark: str | None) -> bool:
        """Note whether an `Authorization` is good; one that is refused at first is sent never again."""
        if self._is_good or reply.status not in REFUSED:
            self._is_good = True
            self.signing = "good" if mark == SIGNED else self.signing
            return True
        if mark == SIGNED:
            self.signing = "refused"
        if mark == GIVEN or not self.account.header:
            self.refused = f"a download with Authorization gets {download_said(reply)}; it is not sent again"
        return False

    @property
    def header_is_of_the_key(self) -> bool:
        """Whether a given header was good, and names the same access key as our own."""
        given = authorization({"Authorization": self.account.header})
        return self._is_good and given.access_key == self.account.key


def body(*, request: Any = None, message: Any = None, **fields: Any) -> bytes:
    """Write the body of a download; fields and members that are `...` are left out."""
    fields = {"version": VERSION, "fileName": SOME_FILE} | fields
    whole = {
        "request": {"version": fields["version"]} if request is None else request,
        "msgBody": {"fileName": fields["fileName"]} if message is None else message,
    }
    return encoded({name: _without_gaps(value) for name, value in whole.items()})


def _without_gaps(value: Any) -> Any:
    return {k: v for k, v in value.items() if v is not ...} if isinstance(value, dict) else value


def result_code(reply: Reply) -> str | None:
    """Read resultCode, of the new members or of the older ones; None where there is none."""
    older = reply.fields.get("response")
    code = reply.fields.get("resultCode", older.get("resultCode") if isinstance(older, dict) else None)
    return code if isinstance(code, str) and RESULT_CODE.fullmatch(code) else None


def is_sound(reply: Reply) -> bool:
    """Check for a WAV file, whatever its media type says."""
    return reply.status == 200 and reply.body[:4] == b"RIFF" and reply.body[8:12] == b"WAVE"


def download_said(reply: Reply) -> str:
    """Describe the answer to a download by its status, and by its resultCode where it has one."""
    if is_sound(reply) or reply.status == 206:
        return f"HTTP {reply.status}, {len(reply.body)} bytes"
    if (code := result_code(reply)) is not None:
        return f"HTTP {reply.status}, resultCode {code}"
    if not reply.fields or reply.error_code is not None:
        return said(reply)
    shown = code_text(reply.fields.get("resultCode"))
    return f"HTTP {reply.status}, " + ("no resultCode" if shown == "null" else f"resultCode {shown}")
