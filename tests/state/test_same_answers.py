"""Requests get the same answers from a Valkey server as from memory, whatever they ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oifde_simulator.immediate import immediate
from oifde_simulator.model.credential_step import EndedToken, SecretStep, TokenStep
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
)
from oifde_simulator.state.interface import Exchanges, Read
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.state.valkey.exchanges import ValkeyExchanges
from state_forms import entry
from valkey_stores import read_untouched, store

LOAD = 1_767_225_600_123
TENANTS = ("acme", "名\ud800")
NAMES = ("start", "down", "slow", "\udcff 名")
LENGTHS = st.sampled_from([50, 100, 150])
"""Milliseconds, so that steps of time meet the ends of windows and states."""
VALUES = st.sampled_from([(), ("1",), ("2", "\0"), ("\ud83d",), ('"名',)])
TIMES = st.none() | st.builds(
    StateTimes,
    st.sampled_from([LOAD - 100, LOAD, LOAD + 100]),
    st.dictionaries(st.sampled_from(NAMES), st.builds(Lasting, LENGTHS, st.sampled_from(NAMES)), max_size=4),
)
LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "state_is": st.sampled_from(NAMES),
        "over": st.builds(Rate, st.integers(0, 3), LENGTHS, enforce=st.booleans(), slide=st.booleans()),
        "in_flight": st.integers(0, 3),
        "after": st.integers(0, 3),
        "distinct": st.builds(Distinct, st.just("userMobile"), st.integers(1, 3)),
        "every": st.integers(1, 3),
        "probability": st.floats(0, 1),
        "times": st.integers(0, 3),
    },
).map(lambda given: Limits(**given))  # type: ignore[arg-type]
RULES = st.lists(
    st.builds(
        Candidate,
        st.just(""),
        st.just(()),
        LIMITS,
        st.none() | st.sampled_from(NAMES),
        st.text("0123456789abcdef", min_size=64, max_size=64),
        moves_only=st.booleans(),
        also=st.booleans(),
        head_only=st.booleans(),
        sends_head=st.booleans(),
    ),
    min_size=1,
    max_size=6,
)
FIRED = st.lists(st.builds(Fired, st.sampled_from(["r0", "名"]), st.just(""), st.just("d"), st.just(0)))
TOKENS = st.sampled_from(["t", "名", "\ud800"])
VERDICTS = st.sampled_from(["good", "missing", "expired", "unknown"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(TENANTS),
        st.one_of(
            st.tuples(
                st.just("turn"),
                st.sampled_from([-400, -100, -50, -1, 0, 0, 0, 1, 49, 50, 51, 100, 400]),
                st.lists(
                    st.tuples(st.integers(0, 5), VALUES, st.sampled_from(["", "a", "b", "名\ud800", "c"])),
                    min_size=1,
                    max_size=6,
                ),
            ),
            st.tuples(st.just("finish"), st.integers(0, 30)),
            st.tuples(
                st.just("admit"),
                st.builds(
                    TokenStep,
                    TOKENS,
                    st.just("good") | VERDICTS,
                    st.none() | st.integers(0, 2),
                    st.booleans(),
                    st.none() | st.integers(0, 2),
                    st.booleans(),
                )
                | st.builds(SecretStep, st.booleans(), st.none() | st.integers(0, 2), st.booleans()),
            ),
            st.tuples(
                st.just("record"),
                st.lists(
                    st.builds(Fired, st.sampled_from(["r0", "名"]), st.just(""), st.just("d"), st.just(0))
                ),
                st.none() | st.builds(EndedToken, TOKENS, VERDICTS),
            ),
        ),
    ),
    min_size=1,
    max_size=20,
)


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
        self._rules = [each._replace(rule=f"r{place}", times=times) for place, each in enumerate(rules)]
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


@pytest.mark.slow
@settings(max_examples=100)
@given(RULES, TIMES, st.sets(st.integers(0, 5)), STEPS)
def test_any_requests_get_the_answers_that_they_get_from_memory(
    rules: list[Candidate], times: StateTimes | None, daily: set[int], steps: list[Any]
) -> None:
    def make(exchanges: Exchanges, reads: dict[str, Read]) -> Programme:
        return Programme(exchanges, reads, rules, times, daily)

    expected = run_in_memory(make, steps)
    found = asyncio.run(run_in_store(make, steps, expected))
    assert [*map(plain, found)] == [*map(plain, expected)]
