"""Honest clients of `soak.py`, in a process of their own: token, pages, and again, on connections kept alive.

Each line of standard input begins a phase of that name. At the end of input, a JSON object for each phase is
printed.

Rule: a request is due at a fixed time, whether the one before it was answered or not; what it waited for that
one belongs to what it took. So a server that stalls is seen by as many requests as were due meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, field

from measure import QUERY
from raw_http import Address, Answer, Connection, post

GETTOKEN = "/oifde/rest/api/gettoken"
TENANTS = tuple(f"honest-{number}" for number in range(1, 5))
SECRET = "secret"
USER = "18000000001"
SESSIONS, PAGE_SIZE = 40, 10
PAGES = SESSIONS // PAGE_SIZE
CONNECTIONS = 2
"""For each tenant."""
RATE = 200
"""Requests a second, of all clients together."""
INTERVAL = len(TENANTS) * CONNECTIONS / RATE
PATIENCE = 10.0
"""Seconds until a client gives up."""
TOKEN_REFUSED = (900001, 900002)
SHOWN = 3


def scenario() -> dict[str, object]:
    """Make the world of an honest client."""
    return {"tenant": {"secret": SECRET}, "sessions": {"users": {USER: SESSIONS}}}


@dataclass
class Phase:
    """What honest clients saw while one attack went on."""

    name: str
    begun: float
    took: list[float] = field(default_factory=list)
    errors: int = 0
    said: list[str] = field(default_factory=list)

    def failed(self, error: str) -> None:
        """Count an error; the first ones are kept."""
        self.errors += 1
        if len(self.said) < SHOWN:
            self.said.append(error)

    def report(self) -> dict[str, object]:
        """Summarise it as JSON: milliseconds, counts, the first errors."""
        took = sorted(self.took)
        p50, p99 = (took[len(took) * share // 100] * 1e3 if took else None for share in (50, 99))
        return {
            "name": self.name,
            "p50": p50,
            "p99": p99,
            "requests": len(self.took) + self.errors,
            "errors": self.errors,
            "said": self.said,
        }


class Walk:
    """One client's requests: a token, then each page once, then another token."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self._token: str | None = None
        self._renewed = False
        self._page = 1

    def request(self) -> bytes:
        """Make the next request."""
        if self._token is None:
            return post(GETTOKEN, {"appKey": self.tenant, "appSecret": SECRET})
        fields = {"tenantId": self.tenant, "authToken": self._token, "userMobile": USER}
        return post(QUERY, fields | {"pageNum": str(self._page), "pageSize": str(PAGE_SIZE)})

    def judge(self, answer: Answer) -> str | None:
        """Go on to the next request; return what is wrong with this answer, if anything."""
        found = json.loads(answer.body) if answer.status == "200" else {}
        if self._token is None:
            self._token = found.get("authToken")
            return None if self._token else self._wrong(answer)
        if found.get("errorCode") in TOKEN_REFUSED and not self._renewed:
            self._token, self._renewed = None, True  # a reset ends tokens: a good client asks for another one
            return None
        if found.get("total") != SESSIONS or len(found["recordList"]) != PAGE_SIZE:
            return self._wrong(answer)
        self._turn_page()
        return None

    def _turn_page(self) -> None:
        self._renewed = False
        self._page = self._page % PAGES + 1
        if self._page == 1:
            self._token = None

    def _wrong(self, answer: Answer) -> str:
        self._token, self._page = None, 1
        return f"{self.tenant}: expected a good answer, found {answer.status} {answer.body[:200]!r}"


class Clients:
    """All honest clients, and the phases that they went through."""

    def __init__(self, data: Address) -> None:
        self._data = data
        self._going = True
        self.phases: list[Phase] = []

    def begin(self, name: str) -> None:
        """Count what is due from now on for a phase."""
        self.phases.append(Phase(name, asyncio.get_running_loop().time()))

    async def run(self, names: asyncio.StreamReader) -> None:
        """Go on until there are no more names of phases."""
        self.begin((await names.readline()).decode().strip())
        async with asyncio.TaskGroup() as group:
            for number in range(len(TENANTS) * CONNECTIONS):
                group.create_task(self._client(number))
            while line := await names.readline():
                self.begin(line.decode().strip())
            self._going = False

    async def _client(self, number: int) -> None:
        walk = Walk(TENANTS[number % len(TENANTS)])
        connection: Connection | None = None
        due = self.phases[-1].begun + number / RATE
        while self._going:
            started = await self._until(due)
            phase = self.phases[-1]
            try:
                async with asyncio.timeout(PATIENCE):
                    connection = connection or await self._data.connect()
                    wrong = walk.judge(await connection.ask(walk.request()))
            except (OSError, EOFError, ValueError, KeyError, TypeError) as broken:
                wrong = f"{walk.tenant}: {broken!r}"
                if connection:
                    connection.abort()
                connection = None
            if wrong:
                phase.failed(wrong)
            else:
                phase.took.append(asyncio.get_running_loop().time() - started)
            due = max(due + INTERVAL, self.phases[-1].begun)
        if connection:
            connection.close()

    async def _until(self, due: float) -> float:
        """Wait until a request is due; return from when on it waits for the server."""
        loop = asyncio.get_running_loop()
        if (early := due - loop.time()) <= 0:
            return due
        await asyncio.sleep(early)
        return loop.time()  # a timer that was late is not the server's fault


async def main(url: str) -> None:
    names = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(names), sys.stdin.buffer
    )
    clients = Clients(Address.of(url))
    await clients.run(names)
    for phase in clients.phases:
        print(json.dumps(phase.report()))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
