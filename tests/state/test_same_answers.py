"""Requests get the same answers from a Valkey server as from memory, whatever they ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oifde_simulator.immediate import immediate
from oifde_simulator.model.credential_step import EndedToken, SecretStep, TokenStep, TokenVerdict
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.turn import (
    Candidate,
    Distinct,
    Fired,
    Lasting,
    Leases,
    Limits,
    Rate,
    StateTimes,
    Turn,
    Value,
)
from oifde_simulator.state.interface import Read
from oifde_simulator.state.interface.exchanges import Exchanges
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.state.valkey.exchanges.exchanges import ValkeyExchanges
from state_forms import entry
from valkey_stores import read_untouched, store

LOAD = 1_767_225_600_123
TENANTS = ("acme", "名\ud800")
NAMES = ("start", "start", "down", "\udcff 名")
LENGTHS = (50, 100, 150)
"""Milliseconds, so that steps of time meet the ends of windows and states."""
STEPS_OF_TIME = (-400, -50, 0, 0, 0, 1, 49, 50, 50, 100, 400)
VALUES: tuple[Value, ...] = ((), (), ("1",), ("\ud83d",), ('"名', "\0"))
VERDICTS: tuple[TokenVerdict, ...] = ("good", "good", "missing", "expired", "unknown")
TOKENS = ("t", "名", "\ud800")
LIMITS: tuple[Callable[[Random], dict[str, Any]], ...] = (
    lambda drawn: {"state_is": drawn.choice(NAMES)},
    lambda drawn: {"over": rate(drawn)},
    lambda drawn: {"over": rate(drawn)},
    lambda drawn: {"in_flight": drawn.randint(0, 2)},
    lambda drawn: {"after": drawn.randint(0, 2)},
    lambda drawn: {"distinct": Distinct("userMobile", drawn.randint(1, 2))},
    lambda drawn: {"every": drawn.randint(1, 3)},
    lambda drawn: {"probability": drawn.random()},
    lambda drawn: {"times": drawn.randint(0, 2)},
)


def flip(drawn: Random, share: float = 0.5) -> bool:
    return drawn.random() < share


def rate(drawn: Random) -> Rate:
    return Rate(drawn.randint(0, 2), drawn.choice(LENGTHS), enforce=flip(drawn), slide=flip(drawn))


def rules_of(drawn: Random) -> list[Candidate]:
    """Draw rules, each with at most two limits."""
    found: list[Candidate] = []
    for place in range(drawn.randint(1, 6)):
        limits: dict[str, Any] = {}
        for _ in range(drawn.randint(0, 2)):
            limits |= drawn.choice(LIMITS)(drawn)
        rule = Candidate(f"r{place}", (), Limits(**limits), drawn.choice([None, *NAMES]), f"{place:064}")
        found.append(
            rule._replace(
                moves_only=flip(drawn, 0.2),
                also=flip(drawn, 0.2),
                head_only=flip(drawn),
                sends_head=flip(drawn),
            )
        )
    return found


def times_of(drawn: Random) -> StateTimes | None:
    """Draw how long states last."""
    if flip(drawn, 0.3):
        return None
    lasting = {
        drawn.choice(NAMES): Lasting(drawn.choice(LENGTHS), drawn.choice(NAMES))
        for _ in range(drawn.randint(1, 4))
    }
    return StateTimes(LOAD + drawn.choice([-100, 0, 100]), lasting)


def step_of(drawn: Random) -> tuple[Any, ...]:
    """Draw a step: mostly a turn, or the end of an exchange, a credential, or a record."""
    kind = drawn.choice(["turn"] * 5 + ["finish", "token", "secret", "record"])
    if kind == "turn":
        asked = [
            (drawn.randint(0, 5), drawn.choice(VALUES), drawn.choice(["", "a", "b", "名\ud800"]))
            for _ in range(drawn.randint(1, 4))
        ]
        return kind, drawn.choice(STEPS_OF_TIME), asked
    if kind == "finish":
        return kind, drawn.randint(0, 30)
    few = (None, 0, 1, 2)
    if kind == "token":
        worth, number, uses = drawn.choice(VERDICTS), drawn.choice(few), drawn.choice(few)
        step = TokenStep(drawn.choice(TOKENS), worth, number, flip(drawn), uses, flip(drawn, 0.8))
        return "admit", step
    if kind == "secret":
        return "admit", SecretStep(flip(drawn), drawn.choice([None, 1, 2]), flip(drawn, 0.8))
    fired = [Fired(drawn.choice(["r0", "名"]), "", "d", 0) for _ in range(drawn.randint(0, 2))]
    ended = EndedToken(drawn.choice(TOKENS), drawn.choice(VERDICTS)) if flip(drawn, 0.3) else None
    return kind, fired, ended


class Programme:
    """Steps of requests, as they are asked of one form of the state."""

    def __init__(
        self,
        exchanges: Exchanges,
        reads: dict[str, Read],
        rules: list[Candidate],
        times: StateTimes | None,
        daily: set[int],
    ) -> None:
        self._exchanges = exchanges
        self._reads = reads
        self._rules = [each._replace(times=times) for each in rules]
        self._daily = daily
        self._now = LOAD
        self._leases: list[tuple[str, Leases]] = []

    def candidates(self, asked: list[tuple[int, tuple[str, ...], str]]) -> list[Candidate]:
        """Make candidates; windows of some rules end at known instants."""
        found: list[Candidate] = []
        for number, value, seen in asked:
            place = number % len(self._rules)
            rule = self._rules[place]._replace(value=value, distinct=seen)
            if rule.limits.over and place in self._daily:
                until = (self._now // 1000 + 1) * 1000
                rule = rule._replace(limits=replace(rule.limits, over=replace(rule.limits.over, until=until)))
            found.append(rule)
        return found

    def ask(self, tenant: str, step: tuple[Any, ...]) -> Awaitable[Any] | None:
        """Ask one step; None where nobody waits."""
        read = self._reads[tenant]
        match step:
            case ("turn", delta, asked):
                self._now += delta
                return self._exchanges.turn(read, self._now, self.candidates(asked), begun=False)
            case ("admit", credential):
                return self._exchanges.admit(read, credential)
            case ("record", fired, ended):
                return self._exchanges.record(read, entry(tenant), fired, ended, begun=True)
            case _:
                if self._leases:
                    of, leases = self._leases[step[1] % len(self._leases)]
                    leases = tuple(each._replace(epoch=self._reads[of].epoch) for each in leases)
                    self._exchanges.finish(of, 0, Outcome("complete"), leases)
                return None

    def take(self, tenant: str, turn: Turn) -> None:
        """Remember leases, to give them back in later steps."""
        self._leases.append((tenant, turn.leases))


def plain(answer: Any) -> Any:
    """An answer without the epoch, in which two states may differ."""
    if isinstance(answer, Turn):
        return answer._replace(leases=tuple(each._replace(epoch=0) for each in answer.leases))
    return answer


def run_in_memory(make: Callable[[Exchanges, dict[str, Read]], Programme], steps: list[Any]) -> list[Any]:
    """Answers of the form in this process."""
    state = MemoryState()
    now = immediate(state.tenants.get("acme"))
    programme = make(state.exchanges, {name: Read(name, now.version, now.epoch) for name in TENANTS})
    found: list[Any] = []
    for tenant, step in steps:
        asked = programme.ask(tenant, step)
        answer = None if asked is None else immediate(asked)  # type: ignore[arg-type]
        if isinstance(answer, Turn):
            programme.take(tenant, answer)
        found.append(answer)
    return found


async def run_in_store(
    make: Callable[[Exchanges, dict[str, Read]], Programme], steps: list[Any], expected: list[Any]
) -> list[Any]:
    """Answers of a server, all asked in one turn of the event loop; leases are foreseen."""
    async with store() as connection:
        exchanges = ValkeyExchanges(connection, lambda: 0)
        reads = {name: await read_untouched(connection, name) for name in TENANTS}
        programme = make(exchanges, reads)
        asked: list[asyncio.Future[Any] | None] = []
        for (tenant, step), answer in zip(steps, expected, strict=True):
            waiting = programme.ask(tenant, step)
            asked.append(None if waiting is None else asyncio.ensure_future(waiting))
            await asyncio.sleep(0)
            if isinstance(answer, Turn):
                programme.take(tenant, answer)
        found = [None if each is None else await each for each in asked]
        exchanges.close()
    return found


@pytest.mark.slow(seconds=20)
@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_any_requests_get_the_answers_that_they_get_from_memory(seed: int) -> None:
    drawn = Random(seed)
    rules, times = rules_of(drawn), times_of(drawn)
    daily = {place for place in range(6) if flip(drawn, 0.2)}
    steps = [(drawn.choice([*TENANTS, TENANTS[0]]), step_of(drawn)) for _ in range(25)]

    def make(exchanges: Exchanges, reads: dict[str, Read]) -> Programme:
        return Programme(exchanges, reads, rules, times, daily)

    expected = run_in_memory(make, steps)
    found = asyncio.run(run_in_store(make, steps, expected))
    assert [*map(plain, found)] == [*map(plain, expected)]
