"""A job against a bundled scenario: it reads 20 users over 7 days, on a clock that it moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engines import Engine
from etl_client import Calls, EtlClient, run
from oifde_simulator import resources
from oifde_simulator.immediate import immediate
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.population.history import History
from oifde_simulator.rules.rule import Rule
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.wire.script import without_header
from playing import NOON, MovableClock
from recording_download import Downloader, Recording
from virtual_wire import VirtualHttp

PROVENANCE = "X-Simulator-Rule"
"""Header that says which rule spoiled an answer; it alone is no failure."""
TENANT = "job"
"""Tenant that serves each scenario: histories depend on it, so most scenarios have the same one."""
USERS = 20
DOWNLOADS = 3
"""Recordings that a job downloads of the newest calls, and as many of the oldest, if it downloads any."""
NUMBERS = 400
"""Numbers, from 18000000001 on, that the users of a job are chosen from."""
WEEK = timedelta(days=7)
Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class Job:
    """How the job is run against a scenario, and how that ends."""

    ends: Set[str] = frozenset({"complete"})
    """Ends of its users."""
    told: Set[int] = frozenset()
    """The vendor's errorCodes that it gets without a rule: of tokens and secrets that are refused."""
    least: int = 0
    """Calls that a user has at least in the week, as far as there are so many such users."""
    most: int = 40
    """Calls that a user has at most in the week, so that the job is quick."""
    pace: float = 0.1
    """Seconds from one request to the next."""
    secrets: Sequence[str] = ("secret",)
    """Secrets with which the job is started, one run after the other."""
    crowd: int = 0
    """Queries of others that are in flight when it begins, and end a little later."""
    workers: int = 1
    """Workers of the job, each with a token of its own."""
    users: Sequence[str] = ()
    """Users that it is about, beside others up to 20."""
    now: int = NOON
    """Time at its start, the end of its week: epoch milliseconds."""
    drawn: bool = False
    """Whether chance decides which of `ends` there are."""
    downloads: Set[str] = frozenset()
    """Ends of the downloads of some recordings; empty for a job that downloads none."""


@dataclass
class Met:
    """What came of a job."""

    name: str
    """Name of the scenario."""
    engine: Engine
    scenario: Scenario
    week: Window
    client: EtlClient
    wait: Callable[[float], None]
    """Function that lets some seconds pass."""
    exchanges: list[Exchange]
    calls: dict[str, Calls]
    """Calls at the end, by the numbers of the users that the job asked for."""
    ends: set[str]
    """Ends of the users, in all runs."""
    downloader: Downloader
    downloads: dict[Recording, str]
    """Ends of downloads."""

    def told(self) -> set[int]:
        """Collect the errorCodes of honest answers that were not spoiled."""
        codes = {code_of(each) for each in self.exchanges if not changed(each)}
        return {code for code in codes if isinstance(code, int) and code}

    def fired(self) -> set[str]:
        """Collect the rules that coverage says have fired."""
        covered = immediate(self.engine.state.coverage.snapshot())
        return {rule.name for each in covered for rule in each.rules.values() if rule.fired}

    def honest(self, user: str) -> list[str]:
        """List the callIds that an unbroken service would have, at the end of the job."""
        sessions = honest(self.engine, user, self.week)
        return [str(session.call_id) for session in sessions]


def play(name: str, job: Job) -> Met:
    """Run a job against a bundled scenario."""
    loaded = loader.load(resources.scenarios() / f"{name}.yaml")
    scenario = replace(loaded, tenant=replace(loaded.tenant, id=TENANT))
    clock = MovableClock(job.now)
    engine = Engine({TENANT: scenario}, clock=clock)
    http = VirtualHttp(engine, clock, pace=job.pace)
    end = datetime.fromtimestamp(job.now / 1000, UTC)
    week = (end - WEEK, end)
    users = chosen(engine, job, week)
    calls: dict[str, Calls] = {}
    ends: set[str] = set()
    http.crowd(job.crowd, TENANT)
    for secret in job.secrets:
        clients = [EtlClient(http, TENANT, secret) for _ in range(job.workers)]
        calls = run(clients, users, *map(text, week))
        ends |= {each.end for each in calls.values()}
    downloader = Downloader(clients[0], TENANT, clock)
    downloads = {each: downloader.fetch(each) for each in recordings(calls)} if job.downloads else {}
    return Met(
        name,
        engine,
        scenario,
        week,
        clients[0],
        clock.move,
        http.exchanges,
        calls,
        ends,
        downloader,
        downloads,
    )


def recordings(calls: Mapping[str, Calls]) -> list[Recording]:
    """List the recordings of the newest and of the oldest calls."""
    loaded = [call for each in calls.values() for call in each.loaded.items()]
    rows = sorted(loaded, key=lambda call: -call[1][0])
    found = [each for call_id, row in rows if (each := Recording.of(call_id, row))]
    return list(dict.fromkeys(found[:DOWNLOADS] + found[-DOWNLOADS:]))


def code_of(exchange: Exchange) -> object:
    """Find the errorCode of an honest answer, or the resultCode as a number."""
    fields = exchange.honest.fields
    return int(fields["resultCode"]) if "resultCode" in fields else fields.get("errorCode")


def remembered(history: Callable[..., History]) -> Callable[..., History]:
    """Make each history once, though many servers ask for it: to make the records takes most of the time."""
    made: dict[str, History] = {}

    def find(**options: Any) -> History:
        name = repr(sorted((key, value) for key, value in options.items() if key != "memory"))
        if name not in made:
            made[name] = history(**options)
        return made[name]

    return find


def text(instant: datetime) -> str:
    """Write a time as a query has it."""
    return f"{instant:%Y-%m-%d %H:%M:%S}"


def honest(engine: Engine, user: str, week: Window) -> Sequence[CallSession]:
    """Find the calls of a user that an unbroken service would have."""
    begin, end = (round(instant.timestamp() * 1000) for instant in week)
    return immediate(engine.tenants.select(TENANT, Criteria(user, begin=begin, end=end)))


def chosen(engine: Engine, job: Job, week: Window) -> list[str]:
    """Choose the users of a job: the first whose week has as many calls as it wants, then any."""
    wanted, others = [*job.users], []
    for user in map(str, range(18_000_000_001, 18_000_000_001 + NUMBERS)):
        if len(wanted) >= USERS or user in job.users:
            continue
        fits = job.least <= len(honest(engine, user, week)) <= job.most
        (wanted if fits else others).append(user)
    return [*wanted, *others][: max(USERS, len(job.users))]


def changed(exchange: Exchange) -> bool:
    """Check that what left differs from what an unbroken service would have sent."""
    unspoiled = exchange.honest.response.script(exchange.request, exchange.at)
    return without_header(exchange.script, PROVENANCE) != unspoiled


def changing(rule: Rule) -> bool:
    """Check that a rule is there to change answers, not only to end tokens or to lead to a state."""
    return any(action.reshapes or action.faults for action, _ in rule.actions)
