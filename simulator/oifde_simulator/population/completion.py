"""Completes literal records: fields that are given stay, all others are derived.

Derived IDs and paths are keyed hashes of the world and the record, so they are the same on every machine and
in every run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from hashlib import blake2b
from typing import Any

Record = Mapping[str, Any]

# vendor facts: flowInstId shows local time in UTC+8.
IVR_ZONE = timezone(timedelta(hours=8))
DERIVED_VDN = "135"
"""ID of the virtual call center in derived paths, that of the example."""


def found_by(given: Record) -> tuple[str, ...]:
    """List the numbers of which each one finds a literal record."""
    # Guess: [user-number] userMobile finds callSorId; calls with two different numbers would settle it.
    named = given.get("userMobile") or given["callSorId"]
    return tuple(map(str, named)) if isinstance(named, list) else (str(named),)


class PartialRecord:
    """A literal record that lacks some fields, and the values that its missing fields are derived from."""

    __slots__ = ("_root", "call_id", "given", "start", "tenant", "user", "users")

    def __init__(self, given: Record, *, world: str, tenant: str, place: int) -> None:
        """Take a record at index `place` of its scenario; `world` is the scenario's own tenant id."""
        self.given = given
        self.tenant = tenant
        self.users = found_by(given)
        self.user = self.users[0]
        self.start = int(given["startTime"])
        self._root = f"{world}\0{self.user}\0{self.start}\0{place}".encode()
        # Guess: [call-id] epoch milliseconds and 24 hex digits, as in the example; more IDs would settle it.
        given_id = given.get("callId")
        self.call_id: str | None = (
            f"{self.start:013d}{self.hex('callId', 24)}" if given_id is None else str(given_id)
        )

    def complete(self) -> dict[str, Any]:
        """Complete the record, its fields in the order of the specification's Table 2."""
        return complete(self)

    def hex(self, purpose: str, digits: int) -> str:
        """Derive hex digits from the record and `purpose` alone."""
        return blake2b(self._root, digest_size=32, person=purpose.encode()).hexdigest()[:digits]

    def number(self, purpose: str, digits: int) -> str:
        """Derive decimal digits, the first not zero, from the record and `purpose` alone."""
        lowest = 10 ** (digits - 1)
        return str(lowest + int(self.hex(purpose, 16), 16) % (9 * lowest))

    @property
    def end(self) -> int:
        """Latest time that the record names, epoch milliseconds."""
        # Guess: [derived-times] a call ends with the last thing said in it; real records would settle it.
        details = [
            turn.get(key)
            for turn in self.given.get("recordDetials") or ()
            for key in ("requsetTime", "timestamp")
        ]
        answers = [answer.get("createTime") for answer in self.given.get("qaRecords") or ()]
        return max([self.start, *(time for time in (*details, *answers) if isinstance(time, int))])


class WholeRecord(PartialRecord):
    """A literal record that is sent as it stands, but for the number that finds it."""

    __slots__ = ()

    def __init__(self, given: Record, *, world: str, tenant: str, place: int) -> None:
        """Take a record at index `place` of its scenario; a start of 0 stands for none."""
        start = given.get("startTime") or 0
        super().__init__({**given, "startTime": start}, world=world, tenant=tenant, place=place)
        self.given = given
        self.call_id = given.get("callId")

    def complete(self) -> dict[str, Any]:
        """Leave out the number that finds the record, and nothing else."""
        return {name: value for name, value in self.given.items() if name != "userMobile"}


# Guess: [log-id] a UUID, of which the example hides the first group; a record unmasked would settle it.
def _log_id(seed: PartialRecord) -> str:
    digits = seed.hex("logId", 32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


# Guess: [flow-instance] nine digits, UTC+8, callId, as in the example; more records would settle it.
def _flow_instance(seed: PartialRecord) -> str:
    local = _moment(seed.start).astimezone(IVR_ZONE)
    return f"{seed.number('flow', 9)}{local:%Y%m%d%H%M%S}{seed.start % 1000:03d}{seed.call_id}"


# Guess: [recording] drive, folder and digits as in the example, day in UTC; more records would settle it.
def recording_name(seed: PartialRecord) -> str:
    """Derive the `recordFileName` of a record."""
    day = f"{_moment(seed.start):%Y%m%d}"
    return f"Y:/{DERIVED_VDN}/odfsrecord/{day}/{seed.start // 1000}-{seed.number('recording', 14)}.wav"


def _recording(seed: PartialRecord) -> str:
    name = recording_name(seed)
    location = seed.given.get("locationId")
    files = {"yugaoFileName": "null", "locationId": str(location or 0), "recordFileName": name}
    return json.dumps(files, separators=(",", ":"))


def _moment(instant: int) -> datetime:
    return datetime.fromtimestamp(instant / 1000, UTC)


# In the order of Table 2. What is optional and absent from the specification's example stays absent.
# Guess: [derived-empty] lists are empty, not null, when nothing is there; a bare call would settle it.
DERIVED: Mapping[str, Callable[[PartialRecord], Any]] = {
    "logId": _log_id,
    "tenantId": lambda seed: seed.tenant,
    "callSorId": lambda seed: seed.user,
    "callId": lambda seed: seed.call_id,
    "ctiCallId": lambda seed: None,
    "callingNumber": lambda seed: seed.given["callSorId"],
    "calledNumber": lambda seed: None,
    "startTime": lambda seed: seed.start,
    "endTime": lambda seed: seed.end,
    "lastUpdateTime": lambda seed: seed.given.get("endTime", seed.end),
    "flowInstId": _flow_instance,
    "businessInfo": lambda seed: None,
    "businessInfoStr": _recording,
    "recordDetials": lambda seed: [],
    "qaRecords": lambda seed: [],
}


def complete(seed: PartialRecord) -> dict[str, Any]:
    """Complete a record, its fields in the order of the specification's Table 2."""
    given = seed.given
    record = {key: given[key] if key in given else derive(seed) for key, derive in DERIVED.items()}
    record |= {key: value for key, value in given.items() if key not in record and key != "userMobile"}
    record["recordDetials"] = _numbered(record["recordDetials"], lambda: _turn(seed))
    return record


# Guess: [blank-turn] what a turn leaves out is empty or null; a real turn without speech would settle it.
def _turn(seed: PartialRecord) -> dict[str, Any]:
    return {
        "userSaying": "",
        "intention": None,
        "systemReply": "",
        "timestamp": seed.start,
        "requsetTime": seed.start,
        "responseSource": 0,
        "involveMode": 0,
    }


def _numbered(turns: Any, blank: Callable[[], dict[str, Any]]) -> Any:
    if not isinstance(turns, list):
        return turns
    return [{"interNo": str(place)} | blank() | turn for place, turn in enumerate(turns, start=1)]
