"""How tests play a scenario: a real HTTP client, and a clock that they move instead of waiting."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from conftest import GETTOKEN, QUERY, TOKEN
from oifde_simulator.immediate import immediate
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.runtime.server import Simulator
from serving import PATIENCE, Peer, post

DOWNLOAD = "/CCFS/resource/ccfs/downloadOiapRecord"
USER = "18000000001"
"""The user who has 40 sessions in every scenario of the gallery, or 250 where later pages fail."""
NOON = 1_768_478_400_000
"""2026-01-15 12:00 UTC: when every play begins."""
NO_AUTHORITY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""What clients trust, who ask without TLS: to read the authorities takes longer than a test."""
PLAYED: set[str] = set()
"""The scenarios that some test plays."""


def plays(*tenants: str) -> pytest.MarkDecorator:
    """Play these scenarios, one after the other: what the fixtures `client` and `tenant` are about."""
    PLAYED.update(tenants)
    return pytest.mark.parametrize("tenant", tenants)


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self, instant: int) -> None:
        self._instant = instant

    def now(self) -> int:
        """Epoch milliseconds, UTC."""
        return self._instant

    def set(self, instant: int) -> None:
        """Tell this time from now on."""
        self._instant = instant

    def move(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._instant += round(seconds * 1000)


class Client:
    """A client of one tenant, whose world is as it was at load, and at noon."""

    def __init__(self, simulator: Simulator, tenant: str, clock: MovableClock) -> None:
        """`clock` is the server's time of day."""
        self.tenant = tenant
        self.url = simulator.data_url
        self.clock = clock
        self.clock.set(NOON)
        self._tenants = simulator.tenants
        self.reset()
        self.http = httpx.Client(base_url=self.url, timeout=PATIENCE, trust_env=False, verify=NO_AUTHORITY)

    def reset(self) -> None:
        """Back to the beginning."""
        immediate(self._tenants.state.tenants.reset(self.tenant))

    def body(self, **fields: str) -> bytes:
        """The body of a query with the fixed token."""
        return json.dumps({"tenantId": self.tenant, "authToken": TOKEN, "userMobile": USER} | fields).encode()

    def query(self, **fields: str) -> httpx.Response:
        """The answer to a query, whatever it is."""
        return self.query_within(PATIENCE, **fields)

    def query_within(self, seconds: float, /, **fields: str) -> httpx.Response:
        """The answer to a query, by a client that waits no longer than this for each next byte."""
        return self.http.post(QUERY, content=self.body(**fields), headers=JSON, timeout=seconds)

    def statuses(self, count: int, **fields: str) -> list[int]:
        """The statuses of so many queries."""
        return [self.query(**fields).status_code for _ in range(count)]

    def answer(self, **fields: str) -> dict[str, Any]:
        """The answer to a query, decoded."""
        response = self.query(**fields)
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        return answer

    def code(self, token: str = TOKEN) -> int:
        """The errorCode of a query with this token."""
        code: int = self.answer(authToken=token)["errorCode"]
        return code

    def page(self, number: int, **fields: str) -> dict[str, Any]:
        """A page of ten."""
        return self.answer(pageNum=str(number), pageSize="10", **fields)

    def pages(self, numbers: Iterable[int] = range(1, 5)) -> list[dict[str, Any]]:
        """Pages of ten; four are all there are."""
        return [self.page(number) for number in numbers]

    def walk(self, numbers: Iterable[int] = range(1, 4)) -> list[dict[str, Any]]:
        """Pages of the default pageSize, 100; three are all that 250 sessions make."""
        return [self.answer(pageNum=str(number)) for number in numbers]

    def gettoken(self, secret: str = "secret") -> dict[str, Any]:
        """gettoken's answer, decoded."""
        answer: dict[str, Any] = self.ask_token(secret).json()
        return answer

    def ask_token(self, secret: str = "secret") -> httpx.Response:
        """gettoken's answer, whatever it is."""
        return self.http.post(GETTOKEN, json={"appKey": self.tenant, "appSecret": secret}, headers=JSON)

    def token(self) -> str:
        """A token from gettoken."""
        text: str = self.gettoken()["authToken"]
        return text

    def honest(self) -> list[str]:
        """The callIds that the user's query would find on a good day, newest first."""
        sessions = immediate(self._tenants.select(self.tenant, Criteria(USER, None, None, None, None)))
        return [str(session.call_id) for session in sessions]

    def recordings(self, **fields: str) -> list[tuple[str, str]]:
        """Names and nodes of the recordings that an unspoiled query's records name, newest first."""
        infos = [json.loads(record["businessInfoStr"]) for record in self.answer(**fields)["recordList"]]
        found = [(info["recordFileName"], info["locationId"]) for info in infos]
        return [each for each in found if each[0] != "null"]

    def download(self, file_name: str, location: str) -> httpx.Response:
        """The answer to a download, whatever it is."""
        with self.downloading(file_name, location) as answer:
            answer.read()
        return answer

    def downloading(self, file_name: str, location: str) -> AbstractContextManager[httpx.Response]:
        """A download whose body is still to be read."""
        body = {"request": {"version": "2.0"}, "msgBody": {"fileName": file_name}}
        headers = JSON | {"Authorization": f"auth-v2/{self.tenant}/-/-/-"}
        return self.http.stream("POST", DOWNLOAD, params={"locationId": location}, json=body, headers=headers)

    def octets(self, *headers: str, **fields: str) -> tuple[bytes, bytes]:
        """Head and body of a query's answer, as they came until the server hung up."""
        with Peer(self.url) as peer:
            peer.send(post(self.body(**fields), *headers))
            head, _, body = peer.rest().partition(b"\r\n\r\n")
        return head, body

    def stream(self) -> Any:
        """A query whose body is still to be read."""
        return self.http.stream("POST", QUERY, content=self.body(), headers=JSON)

    def outcome(self, seconds: float = PATIENCE, /, **fields: str) -> str:
        """In a word, what became of a query, by a client that waits so long for each next byte."""
        try:
            response = self.query_within(seconds, **fields)
            if response.status_code != 200:
                return str(response.status_code)
            return f"errorCode {code}" if (code := response.json()["errorCode"]) else "good"
        except (httpx.HTTPError, ValueError) as error:
            return type(error).__name__


JSON = {"Content-Type": "application/json; charset=UTF-8"}
NO_LONGER = 0.55
"""Seconds that an impatient client waits: well under the 800 ms of slow answers."""


def length_told(head: bytes) -> int:
    """What Content-Length says."""
    (line,) = (line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return int(line.partition(b":")[2])
