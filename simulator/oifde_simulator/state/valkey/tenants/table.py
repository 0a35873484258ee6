"""Tenants in the store: read, and written where nobody else has written meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from math import ceil
from typing import Any, NamedTuple

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.clock import Clock
from oifde_simulator.model.tenant_state import TenantSource, TenantState
from oifde_simulator.state import tenant_changes as changes
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.valkey.names import packed, unpacked
from oifde_simulator.state.valkey.scripts import script
from oifde_simulator.state.valkey.store import Argument, Store
from oifde_simulator.state.valkey.tenants.codec import (
    Facts,
    decode,
    decode_source,
    encode_rest,
    encode_source,
)

CALLS = script("common", "counts/tables", "counts/counts", "tenants/tenants")


class Found(NamedTuple):
    """A tenant as it was read."""

    id: str
    state: TenantState
    touched: bool
    remembered: int
    """Tenants that had the id before and are gone, as far as the state does not say."""
    now: float
    """Time of the store in seconds, by which added rules expire."""


class KnownSource(NamedTuple):
    """What a tenant was made of, as it was read before, so that it is not sent again."""

    version: bytes
    """Version that gave the tenant this source, as the store writes it; empty for none."""
    source: TenantSource | None


UNKNOWN = KnownSource(b"", None)
KNOWN_BYTES = 16 << 20
"""Memory of sources that are known."""


class Change(NamedTuple):
    """What a tenant is to become; the store gives version and epoch."""

    state: TenantState
    anew: bool = False
    """Whether counting begins anew."""
    making: bool = False
    gone: Collection[str] = ()
    """Names of rules that are asked no more."""


class TenantTable:
    """What is special about each tenant."""

    def __init__(
        self, store: Store, clock: Clock, store_time: Callable[[], int] | None, bounds: Bounds
    ) -> None:
        """`clock` tells the time of day; `store_time` the store's in milliseconds, None for the server's own.

        `bounds` are those of the journal, which a store is told with its first version.
        """
        self._bounds = bounds
        self._store = store
        self._clock = clock
        self._store_time = store_time
        self._sources: BoundedCache[KnownSource] = BoundedCache(KNOWN_BYTES, _weigh, share=4)

    async def begin(self) -> None:
        """Begin an empty store, and set the bounds of the journal; any number of replicas may."""
        await self._run("begin", encode_rest(changes.begun("", 0, self._clock.now())), *self._bounds)

    async def read(self, id: str) -> Found:
        """Read a tenant, and take its rules out whose time is up."""
        while True:
            found = await self._read(id)
            state, gone = changes.without_expired(found.state, found.now, 0)
            if state is found.state or await self._put(found, Change(state, gone=gone)) is not None:
                return found if state is found.state else await self._read(id)

    async def change(
        self, id: str, change: Callable[[Found], Change], *, epoch: int | None = None
    ) -> TenantState:
        """Change a tenant, as `change` computes it of what was read; again where it was changed meanwhile.

        Raises Stale where another epoch has begun, CapacityExceeded, and what `change` raises.
        """
        while True:
            found = await self.read_at(id, epoch)
            if (changed := await self._put(found, change(found))) is not None:
                return changed

    async def read_at(self, id: str, epoch: int | None) -> Found:
        """Read a tenant. Raises Stale where another epoch than `epoch` has begun."""
        found = await self.read(id)
        if epoch is not None and found.state.epoch != epoch:
            raise Stale
        return found

    async def drop(self, id: str, *, in_files: bool, epoch: int | None) -> None:
        """End a tenant. Raises Stale where another epoch has begun."""
        while True:
            found = await self.read_at(id, epoch)
            generation = (found.state.generation or found.remembered) + 1
            left = replace(changes.begun(id, 0, self._clock.now(), generation=generation), gone=True)
            facts = _facts(left) if in_files else ""
            words = (*_read(found), generation, facts, encode_rest(left), changes.MOST_REMEMBERED)
            if await self._run("drop", *words) == b"done":
                return

    async def reset_all(self, *, cleared: bool) -> None:
        """Begin every tenant anew."""
        fresh = replace(changes.begun("", 0, self._clock.now()), cleared=cleared)
        await self._run("reset_all", encode_rest(fresh))

    async def restore(self) -> list[str]:
        """Serve what the files have and nothing else; the ids of made tenants that are gone by this."""
        fresh = changes.begun("", 0, self._clock.now())
        return [unpacked(id) for id in await self._run("restore", encode_rest(fresh))]

    async def ids(self, wanted: str) -> list[str]:
        """List the ids of tenants that were `made`, or are `gone`, in the order in which they came."""
        found = await self._store.command("ZRANGE", self._store.key(wanted), 0, -1)
        return [unpacked(id) for id in found]

    async def touched(self) -> list[str]:
        """List the ids of tenants that are not as their files have them."""
        return await self.ids("order")

    async def last_change(self) -> int:
        """Tell the newest version of any tenant."""
        return int(await self._store.command("GET", self._store.key("version")) or 0)

    async def given_sources(self, since: int) -> list[str]:
        """List the ids of tenants that got another source after a version."""
        words = (self._store.key("sourced"), f"({since}", "+inf")
        return [unpacked(id) for id in await self._store.command("ZRANGEBYSCORE", *words)]

    async def number(self) -> int:
        """Count one more tenant without an id of its own; from 1."""
        return int(await self._store.command("INCR", self._store.key("numbers")))

    async def _read(self, id: str) -> Found:
        known = self._sources.find(id) or UNKNOWN
        while not (found := await self._run("get", packed(id), known.version)):
            await self.begin()
        now, touched, version, epoch, _, remembered, facts, rest, of, *given = found
        source = decode_source(given[0]) if given else known.source
        if given:
            self._know(id, of, source)
        state = decode(id if touched else "", version, epoch, Facts.read(facts), source, rest)
        return Found(id, state, bool(touched), remembered, int(now) / 1000)

    def _know(self, id: str, version: bytes, source: TenantSource | None) -> None:
        self._sources.discard(id)
        if source is not None:
            self._sources.keep(id, KnownSource(version, source))

    async def _put(self, found: Found, change: Change) -> TenantState | None:
        """Write a tenant; None where it is no longer as it was read. Raises CapacityExceeded."""
        state, source = change.state, change.state.source
        kept = found.touched and source == found.state.source
        answer = await self._run(
            "put",
            *_read(found),
            changes.MOST_MADE if change.making else "",
            changes.MOST_BYTES,
            int(change.anew),
            _expires(state),
            _facts(state),
            *(("keep", "") if kept else ("set", encode_source(source))),
            encode_rest(state),
            *map(packed, change.gone),
        )
        if answer == b"made":
            raise changes.too_many_made()
        if answer == b"weight":
            raise changes.too_large()
        return None if answer == b"lost" else replace(state, version=answer[0], epoch=answer[1])

    async def _run(self, call: str, *words: Argument) -> Any:
        now: Argument = "" if self._store_time is None else self._store_time()
        return await self._store.run(CALLS, now, call, *words)


def _weigh(id: str, known: KnownSource) -> int:
    assert known.source
    return 4 * (len(id) + len(known.source.text))


def _read(found: Found) -> tuple[Argument, ...]:
    return packed(found.id), found.state.version, found.remembered


def _facts(state: TenantState) -> str:
    return " ".join(map(str, Facts.of(state)))


def _expires(state: TenantState) -> int:
    """When the first added rule goes, in milliseconds of the store; 0 for never."""
    expires = [rule.expires for rule in state.added if rule.expires is not None]
    return ceil(round(min(expires) * 1000, 3)) if expires else 0
