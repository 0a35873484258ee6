"""A good client of the vendor's interface: a nightly job that reads the calls of some users, page by page.

It does what the gallery advises: asks gettoken again once when its token is refused, tries again with a
pause and a limit, knows a call by its callId, and compares what it has with total.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn, TypeVar

import h11

from conftest import GETTOKEN, QUERY
from virtual_wire import TIMEOUT, Reply, VirtualHttp

PAGE_SIZE = 5
COMPLETE, INCOMPLETE = "complete", "incomplete"
TRIES = 7
"""Times that a request is sent before the job gives it up."""
BREAKER = 3
"""Users in a row that fail for one reason, after which the job asks for no more."""
READINGS = 2
"""Times that all pages of a user are read, if there are fewer calls than total says."""
MOST_PAGES = 100
Taken = TypeVar("Taken")
REFUSED_TOKENS = (900001, 900002)
INTERNAL_ERROR = 10000001
IN_SECONDS = 100_000_000_000
"""Times below that many milliseconds are before 1973: they are seconds."""
PASSING = (429, 500, 502, 503, 504)
"""HTTP statuses that may pass: it is worth trying again."""


class GaveUp(Exception):
    """Reason why the job has no answer."""


class Passing(GaveUp):
    """A reason that may pass; `wait` has the seconds that the server asks for, if it does."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class RefusedToken(GaveUp):
    """The token is not, or no longer, good."""


@dataclass
class Calls:
    """The calls of one user, as the job has them at the end."""

    end: str = ""
    """`complete`, `incomplete` (there are fewer, or more, than total says), or why the job gave up."""
    loaded: dict[str, Any] = field(default_factory=dict)
    """Calls by callId."""
    total: int = 0
    """Number of calls, as the last page says."""


class EtlClient:
    """The job's side of the interface, for one tenant."""

    def __init__(self, http: VirtualHttp, tenant: str, secret: str) -> None:
        self._http = http
        self._tenant = tenant
        self._secret = secret
        self._token = ""

    def read(self, user: str, begin: str, end: str) -> Calls:
        """Read all calls of a user between two times, again where some are missing."""
        calls = Calls()
        fields = {"userMobile": user, "beginTime": begin, "endTime": end}
        try:
            for _ in range(READINGS):
                for answer in self._pages(fields):
                    calls.total = answer["total"]
                    calls.loaded.update(map(_load, answer["recordList"] or []))
                if len(calls.loaded) == calls.total:
                    break
        except GaveUp as reason:
            calls.end = str(reason)
        else:
            calls.end = COMPLETE if len(calls.loaded) == calls.total else INCOMPLETE
        return calls

    def _pages(self, fields: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Yield pages until one is not full and total, which is a hint only, promises no more."""
        for number in range(1, MOST_PAGES + 1):
            answer = self._query({**fields, "pageNum": str(number), "pageSize": str(PAGE_SIZE)})
            yield answer
            if len(answer["recordList"] or []) < PAGE_SIZE and number * PAGE_SIZE >= answer["total"]:
                return

    def _query(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """Ask for a page; fetch another token, once, where the one at hand is refused."""
        if not self._token:
            self._fetch_token()
        try:
            return self._page(fields)
        except RefusedToken:
            self._fetch_token()
            return self._page(fields)

    def _page(self, fields: Mapping[str, str]) -> dict[str, Any]:
        return self._persist(QUERY, {"tenantId": self._tenant, "authToken": self._token, **fields})

    def _fetch_token(self) -> None:
        answer = self._persist(GETTOKEN, {"appKey": self._tenant, "appSecret": self._secret})
        self._token = answer["authToken"]
        if not self._token:
            raise GaveUp("gettoken gave no token")

    def _persist(self, path: str, body: Mapping[str, str]) -> dict[str, Any]:
        return self.persist(lambda: self._ask(path, body))

    def persist(self, ask: Callable[[], Taken]) -> Taken:
        """Ask, again after a growing pause while the reason of a failure may pass."""
        for attempt in range(TRIES):
            try:
                return ask()
            except Passing as reason:
                last = reason
                self._http.wait(max(reason.wait, 0.25 * 2**attempt))
        raise GaveUp(str(last))

    def send(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str], timeout: float = TIMEOUT
    ) -> Reply:
        """Send a request once. Raises Passing where no whole answer comes."""
        try:
            return self._http.post(path, dict(body), headers, timeout)
        except TimeoutError:
            raise Passing("timeout") from None
        except (OSError, h11.RemoteProtocolError):
            raise Passing("broken connection") from None

    def _ask(self, path: str, body: Mapping[str, str]) -> dict[str, Any]:
        reply = self.send(path, body, {})
        if reply.status != 200:
            refuse(reply, self._http.now())
        answer = self._decode(reply)
        # The vendor's table marks errorCode as optional: a success may come without it.
        code = answer.get("errorCode", 0)
        if code in REFUSED_TOKENS:
            raise RefusedToken(f"errorCode {code}")
        if code:
            kind = Passing if code == INTERNAL_ERROR else GaveUp
            raise kind(f"errorCode {code}")
        return answer

    def _decode(self, reply: Reply) -> dict[str, Any]:
        """Read JSON in UTF-8, whatever the headers say of it."""
        try:
            packed = reply.headers.get("content-encoding") == "gzip"
            answer: dict[str, Any] = json.loads(gzip.decompress(reply.body) if packed else reply.body)
        except (OSError, EOFError, zlib.error):
            raise Passing("not gzip") from None
        except ValueError as reason:
            self._http.close()
            raise Passing("not UTF-8" if isinstance(reason, UnicodeDecodeError) else "not JSON") from None
        return answer


def refuse(reply: Reply, now: int) -> NoReturn:
    """Raise the reason that an HTTP status is at `now` (epoch milliseconds); Passing if it may pass."""
    kind = Passing if reply.status in PASSING else GaveUp
    reason = kind(f"HTTP {reply.status}")
    if isinstance(reason, Passing):
        reason.wait = _seconds(reply.headers.get("retry-after", "0"), now)
    raise reason


def _seconds(retry_after: str, now: int) -> float:
    """Read a Retry-After, which is a number of seconds or a date (RFC 9110, 10.2.3)."""
    if retry_after.isdecimal():
        return float(retry_after)
    return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now / 1000)


def _load(record: Mapping[str, Any]) -> tuple[str, Any]:
    """Make the row of a call; what the job cannot do without is named where it is missing."""
    for name in ("callId", "startTime", "recordDetials"):
        if name not in record:
            raise GaveUp(f"a record without {name}")
    if isinstance(record["startTime"], int) and record["startTime"] < IN_SECONDS:
        raise GaveUp("a startTime that is not in milliseconds")
    location, end = record.get("locationId"), record.get("endTime")
    return record["callId"], (
        int(record["startTime"]),
        None if end is None else int(end),
        record.get("calledNumber") or "",
        None if location is None else int(location),
        len(record["recordDetials"] or []),
        _business(record.get("businessInfoStr")),
    )


def _business(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except ValueError:
        return None


def run(clients: Sequence[EtlClient], users: Iterable[str], begin: str, end: str) -> dict[str, Calls]:
    """Read the calls of each user; several workers take the users by turns.

    The users that the job did not ask for any more are left out.
    """
    found: dict[str, Calls] = {}
    for place, user in enumerate(users):
        found[user] = clients[place % len(clients)].read(user, begin, end)
        last = [calls.end for calls in found.values()][-BREAKER:]
        if len(last) == BREAKER and len(set(last)) == 1 and last[0] not in (COMPLETE, INCOMPLETE):
            break
    return found
