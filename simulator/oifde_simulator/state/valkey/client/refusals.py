"""What a refusal of the server means, and what to do about it."""

from __future__ import annotations

from oifde_simulator.state.errors import CommandRefused, StoreFull, StoreGone

ADVICE = {
    "LOADING": "it reads its data from disk; it is asked again until it is done",
    "READONLY": "it is a replica now; give the address of the primary, or of its sentinels (sentinel://)",
    "MASTERDOWN": "it is a replica without a primary; give the address of the primary",
    "BUSY": "a script has been running too long; see its log, then SCRIPT KILL",
    "MISCONF": "it cannot write its data to disk; free space there, or set stop-writes-on-bgsave-error no",
    "NOREPLICAS": "too few replicas follow it (min-replicas-to-write)",
    "NOAUTH": "it wants a password: OIFDE_SIMULATOR_STATE_PASSWORD",
    "WRONGPASS": "see OIFDE_SIMULATOR_STATE_USER and OIFDE_SIMULATOR_STATE_PASSWORD",
    "NOPERM": "the user may not do this; allow it +@all on the keys and channels of our prefix",
    "MOVED": "it is part of a cluster; the state needs one server",
    "CROSSSLOT": "it is part of a cluster; the state needs one server",
    "CLUSTERDOWN": "it is part of a cluster; the state needs one server",
}
"""The first word of refusals under which nothing of ours can be carried out, and what to do."""
LOST_ROLE = frozenset({"READONLY", "MASTERDOWN", "LOADING", "NOAUTH"})
"""Refusals after which a new connection may find a better server."""
FULL = "raise maxmemory, or lower what is kept (docs/scaling.md)"


def refusal(address: str, words: str) -> Exception:
    """Make the error of a refused call: StoreFull, StoreGone or CommandRefused."""
    code = words.partition(" ")[0]
    if code == "OOM" or " OOM " in words[:200]:
        return StoreFull(f"the store at {address} is full: {words}; {FULL}")
    if code in ADVICE:
        return StoreGone(f"the store at {address} refuses: {words}; {ADVICE[code]}")
    return CommandRefused(f"the store at {address} refused a command: {words}")
