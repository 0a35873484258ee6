"""Which replicas live, and what each serves: a heartbeat a second, forgotten after ten seconds of silence.

Rule: a replica is a member once it serves what all members do; without a member, the first that comes is one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from oifde_simulator.state.valkey.scripts import script
from oifde_simulator.state.valkey.store import Argument, Store

BEAT = script("common", "replicas/beat")
LEAVE = script("common", "replicas/leave")
NOTE_FILES = script("common", "replicas/note_files")
IS_LIVE = script("common", "replicas/is_live")
LAPSE_MS = 10_000
"""Milliseconds of silence after which a replica counts no more."""

StoreTime = Callable[[], int | str]
"""Function that tells the store's time in milliseconds; "" for the server's own clock."""


def server_time() -> int | str:
    """Have the server take its own time."""
    return ""


def new_id() -> str:
    """Make the id of a replica: random, so that each start is another one."""
    return secrets.token_hex(8)


class Living(NamedTuple):
    """A replica whose heartbeat has not lapsed."""

    digest: str
    """Digest of the description of what it serves."""
    member: bool


class Beat(NamedTuple):
    """What a replica finds at its heartbeat."""

    store: str
    """Name of the store, which is another one when it has forgotten all."""
    announced: int
    """Number of the last announcement; 0 for none."""
    member: bool
    first: bool
    """True where it has just become the only member."""
    described: bool
    """True where the store has the text of the description."""
    living: Mapping[str, Living]
    """Replicas that live, this one too, by id."""


class Replicas:
    """The replicas of one store, as one of them sees them. Methods raise StoreGone."""

    def __init__(self, store: Store, replica: str, time: StoreTime = server_time) -> None:
        """`time` tells the store's time."""
        self.id = replica
        self._store = store
        self._time = time

    async def beat(self, digest: str) -> Beat:
        """Say that this replica lives and what it serves, and find the others."""
        found = await self._store.run(BEAT, self._time(), self.id, LAPSE_MS, digest, new_id())
        name, announced, member, first, described, living = found
        return Beat(
            name.decode(), int(announced), bool(member), bool(first), bool(described), _living(living)
        )

    async def require_room(self) -> None:
        """Write no byte, which a full store refuses; a heartbeat it takes, since that frees memory first."""
        await self._store.command("SETRANGE", self._store.key("store"), 0, "")

    async def describe(self, digest: str, text: str) -> None:
        """Store the text of a description, for others to say how theirs differs."""
        await self._store.command("HSET", self._store.key("descriptions"), digest, text)

    async def description(self, digest: str) -> str:
        """Find the text of a description; empty where it is not there."""
        found = await self._store.command("HGET", self._store.key("descriptions"), digest)
        return found.decode() if found else ""

    async def deployed(self) -> str:
        """Find the settings that the last members served with; empty for none."""
        found = await self._store.command("GET", self._store.key("deployment"))
        return found.decode() if found else ""

    async def deploy(self, settings: str) -> None:
        """Store the settings that members serve with from now on."""
        await self._store.command("SET", self._store.key("deployment"), settings)

    async def leave(self) -> None:
        """End in order: nobody waits for this replica any more."""
        await self.forget(self.id)

    async def forget(self, replica: str) -> None:
        """Have nobody wait for a replica that has ended, before its silence is long enough."""
        await self._store.run(LEAVE, self._time(), replica)


class ValkeyFiles:
    """Digests of the files of tenants. Methods raise StoreGone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(self, ids: Collection[str], digest: Callable[[str], str]) -> list[str]:
        """Note the digest of each tenant's file ("" for one that is gone); list those that had another."""
        return await self._note("", {id: digest(id) for id in ids})

    async def changed(self, digests: Mapping[str, str]) -> list[str]:
        """List the ids that had another file than in `digests`, which has all, or a file that is gone."""
        return await self._note("look", digests)

    async def note_all(self, digests: Mapping[str, str]) -> None:
        """Note the digests of all file tenants, and no others."""
        await self._note("whole", digests)

    async def _note(self, scope: str, digests: Mapping[str, str]) -> list[str]:
        words: list[Argument] = [_octets(each) for pair in digests.items() for each in pair]
        changed = await self._store.run(NOTE_FILES, "", scope, *words)
        return [_text(each) for each in changed]


async def silence(store: Store, time: StoreTime = server_time) -> int | None:
    """Tell the milliseconds since the newest heartbeat; None where no replica lives. Raises StoreGone."""
    found = int(await store.run(IS_LIVE, time(), LAPSE_MS))
    return None if found < 0 else found


def _living(found: list[bytes | int]) -> dict[str, Living]:
    triples = zip(found[::3], found[1::3], found[2::3], strict=True)
    return {_text(id): Living(_text(digest), bool(member)) for id, digest, member in triples}


def _text(octets: bytes | int) -> str:
    assert isinstance(octets, bytes)
    return octets.decode("utf-8", "surrogatepass")


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
