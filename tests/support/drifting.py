"""A second simulator as the target of `drift`, and a run against it without pauses."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import yaml
from multidict import CIMultiDict

from conftest import DataPlane
from engines import Engine
from oifde_simulator.drift.asker import Asker
from oifde_simulator.drift.downloads import AccessKey, Downloads, SigningSession
from oifde_simulator.drift.handshake import Handshake
from oifde_simulator.drift.run import Result, run
from oifde_simulator.drift.survey import Survey
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.journal import Journal
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.writer import document_text
from oifde_simulator.tenants import Tenants
from oifde_simulator.vendor_client import Pace, Reply, Target, VendorSession
from oifde_simulator.vendor_client.session import JSON_UTF8
from oifde_simulator.web.data_plane.request_reader import Limits
from oifde_simulator.wire.octets import whole
from oifde_simulator.wire.script import Script, Send

USER, SECRET = "18000000001", "s3cret-of-acme"
HOST = "target.example"
ACCOUNT = AccessKey("acme", "sk-of-acme")
"""Account of downloads, for runs that ask for them."""
HOUR = 3_600_000
START = 1767225600000  # 2026-01-01T00:00:00Z
WORLD = f"""
tenant: {{secret: {SECRET}}}
settings: {{provenance: false}}
clock: "2026-01-02T00:00:00Z"
sessions:
  records:
    - callSorId: "{USER}"
      calledNumber: "955500001"
      startTime: {START}
      endTime: {START + 90_000}
      ctiCallId: "cti-of-the-call"
      recordDetials: [{{userSaying: my private words, intention: Balance, systemReply: a private reply}}]
    - callSorId: "{USER}"
      calledNumber: "955500001"
      startTime: {START + 40 * HOUR}
      endTime: {START + 40 * HOUR + 600_000}
"""
"""Two sessions of one user; the shorter one begins at START."""


Turn = Callable[[Request, Reply], Reply]


class Still:
    """A clock that stands still, and sleeps that take no time."""

    def time(self) -> float:
        return 0.0

    async def sleep(self, _seconds: float) -> None:
        return


TLS_1_3 = Handshake("TLSv1.3", None)


class FixedHandshakes:
    """Handshakes of a table."""

    def __init__(self, newest: Handshake | None = TLS_1_3, oldest: Handshake | None = None) -> None:
        self._newest, self._oldest = newest, oldest

    async def newest(self) -> Handshake | None:
        return self._newest

    async def oldest(self) -> Handshake | None:
        return self._oldest


def merged(extra: str) -> str:
    """Add YAML to the world: keys of `tenant:` and `settings:` join those that are there."""
    world, more = yaml.safe_load(WORLD), yaml.safe_load(extra) or {}
    for name, value in more.items():
        world[name] = world[name] | value if isinstance(world.get(name), dict) else value
    return document_text(world)


class InProcess:
    """A target without sockets: requests go to an engine, as the data plane would hand them over."""

    def __init__(
        self,
        text: str = WORLD,
        *,
        turn: Turn = lambda _, reply: reply,
        max_body: int = 1 << 20,
        **router: Any,
    ) -> None:
        """Serve a scenario as the tenant `acme`; `router` has the options of a `Router`.

        `turn` changes answers where no rule of the tenant can.
        """
        self.engine = Engine({"acme": loader.loads(text.encode(), "acme.yaml", "acme")})
        self.engine.pipeline = Pipeline(
            Router(**{"bad_json_status": 400} | router), self.engine.tenants, self.engine.journal
        )
        self.asked: list[Request] = []
        self._max_body = max_body
        self._turn = turn

    async def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Reply:
        """Answer as the server would."""
        sent = {"Content-Type": JSON_UTF8, "Host": HOST, "Content-Length": str(len(body or b""))}
        sent |= dict(headers or {})
        known = CIMultiDict({name: value for name, value in sent.items() if value is not None})
        request = Request(method, path, known, body or b"")
        if known.get("Content-Encoding") == "gzip":
            request.body = gzip.decompress(request.body)
        self.asked.append(replace(request))
        if len(request.body) > self._max_body:
            request.body, request.read_error, request.read_error_status = b"", "too large", 413
        return self._turn(request, _reply((await self.engine.pipeline.handle(request)).script))


def _reply(script: Script) -> Reply:
    octets = whole(action.octets for action in script if isinstance(action, Send))
    head, _, body = octets.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    pairs = [field.partition(": ") for field in fields]
    return Reply(int(line.split()[1]), tuple((name, value) for name, _, value in pairs), body)


@asynccontextmanager
async def target(text: str = WORLD) -> AsyncIterator[str]:
    """Serve a scenario as the tenant `acme` on a real socket; yields the URL."""
    tenants = Tenants({"acme": loader.loads(text.encode(), "acme.yaml", "acme")}, seed="0", error_status=200)
    server = DataPlane(
        Pipeline(Router(bad_json_status=400), tenants, Journal(tenants.state)), Limits(1 << 20, 5.0)
    )
    await server.start_server()
    try:
        yield str(server.make_url("/"))
    finally:
        await server.close()


async def asked(
    session: Any,
    *,
    secret: str = SECRET,
    time: Callable[[], float] = lambda: 0.0,
    kept: list[Result] | None = None,
    **given: Any,
) -> Result:
    """Run all probes on something that answers requests; `kept` gets the result of a run that fails, too."""
    result = Result("https://target.example")
    if kept is not None:
        kept.append(result)
    asker = Asker(session, app_key="acme", secret=secret, time=time)
    account = given.pop("account", AccessKey())
    other = given.pop("recordings", None)
    beneath = SigningSession(other or session, account, HOST, lambda: START)
    downloads = asker.beside(beneath, same_target=other is None)
    options = {
        "user": USER, "handshakes": FixedHandshakes(), "downloads": Downloads(downloads, account),
    } | given  # fmt: skip
    await run(Survey(asker, "acme", **options), result)
    return result


async def drift(url: str, *, most: int = 200, seconds: float = 5.0, **given: Any) -> Result:
    """Run all probes against a URL, without pauses."""
    clock = Still()
    pace = Pace(most, 0.0, time=clock.time, sleep=clock.sleep)
    async with VendorSession(Target(url, "acme", "", timeout=seconds), pace) as session:
        result = await asked(session, **given)
    result.requests = pace.sent
    return result


def verdicts(result: Result) -> dict[str, str]:
    """Map each row to its verdict."""
    return {finding.key: finding.verdict for finding in result.findings}


def refuted(result: Result) -> set[str]:
    """Name the rows that are refuted."""
    return {key for key, verdict in verdicts(result).items() if verdict == "refuted"}
