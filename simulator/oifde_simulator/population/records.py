"""Makes the record of a generated session, its fields consistent with each other and with the dialogue."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from struct import Struct
from typing import TYPE_CHECKING, Any

import orjson

from oifde_simulator.population.arrivals.local_days import DAY, LocalDays, compact_day
from oifde_simulator.population.arrivals.pattern import arrival_pattern
from oifde_simulator.population.completion import IVR_ZONE
from oifde_simulator.population.draws import SCALE, Draws
from oifde_simulator.population.ids import CHECKS, DecodedId, IdCodec
from oifde_simulator.population.record_text import questions_text, turns_text
from oifde_simulator.population.recordings.paths import RecordingPaths
from oifde_simulator.randomness import KeyedRandom, key

if TYPE_CHECKING:
    from oifde_simulator.population.dialogue.turns import Dialogue, Question, Turn

CHATBOT = "3"
"""dialogType of chats, which have no ctiCallId and no recording."""

# vendor facts, "Meaning of fields": 1 voice navigation, 2 outbound call, 3 chatbot, 4 IVR flow.
DIALOG_TYPES = {"voice_navigation": "1", "outbound_call": "2", "chatbot": "3", "ivr_flow": "4"}
DEFAULT_MIX = {"voice_navigation": 0.4, "outbound_call": 0.15, "chatbot": 0.2, "ivr_flow": 0.25}

RECORDING_NODES = (255, 256)
"""Values of locationId of voice calls (vendor facts, "Meaning of fields")."""
# Guess: [access-codes] four a kind, of which one has most calls; the calledNumbers of a week would settle it.
ACCESS_CODES = (0.6, 0.25, 0.1, 0.05)
"""Shares of the access codes of a kind of dialogue: one is printed everywhere, others are in old letters."""

ACCESS_CODE_SUMS = [round(share * SCALE) for share in accumulate(ACCESS_CODES[:-1])]
"""Numbers of 16 bits from which on a draw chooses the second, third and fourth access code."""
NULL = "null"
IVR_OFFSET = int(IVR_ZONE.utcoffset(None).total_seconds())
"""Seconds that the local time of flows is ahead of UTC."""
OPENING = Struct(f">{CHECKS.size}x16sII")
"""The beginning of the hash of a session: checks of its IDs, logId, flow and kind. Draws are behind it."""
KIND = OPENING.size - 4
"""Place of the kind in it."""

Compose = Callable[[Draws, str, str, int], "Dialogue"]
"""Function that composes a dialogue from draws, user number, dialogType and local day."""


class RecordGenerator:
    """Makes the records of one world's generated sessions, served as one tenant."""

    def __init__(
        self,
        world: bytes,
        ids: IdCodec,
        *,
        tenant: str,
        mix: Mapping[str, float],
        local: LocalDays,
        composer: Callable[[], Compose],
    ) -> None:
        """Take the key of seed and `world`; `mix` has weights by the names of DIALOG_TYPES.

        `composer` makes the function that composes dialogues when the first one is needed.
        """
        self.ids = ids
        """Codec of the world's IDs."""
        self._tenant = orjson.dumps(tenant).decode()
        self._composer = composer
        self._pattern = arrival_pattern(tuple(mix.items()))
        self._local = local
        codes = KeyedRandom(key(world.hex(), "access codes"))
        self._recordings = RecordingPaths(str(codes.between(100, 199)), ids)
        # vendor facts: calledNumber is the flow's access code, 9 to 24 digits; the example's has 18.
        self._access_codes = {
            code: [f"8991{codes.digits(14)}" for _ in ACCESS_CODES] for code in DIALOG_TYPES.values()
        }

    @cached_property
    def _compose(self) -> Compose:
        return self._composer()

    def call_id(self, user: str, begin: int) -> str:
        """Compute the callId of a session; `begin` is in epoch seconds."""
        return self.ids.encode(user, begin)[0]

    def cti_call_id(self, user: str, begin: int) -> str | None:
        """Compute the ctiCallId of a session; None for a chat."""
        return None if self.dialog_type(user, begin) == CHATBOT else self.ids.encode(user, begin)[1]

    def dialog_type(self, user: str, begin: int) -> str:
        """Tell the dialogType of a session."""
        return self._opening(user, begin)[0]

    def recorded(self, path: str) -> DecodedId | None:
        """Find user and first second of the session whose recording has this path; None where none has."""
        origin = self._recordings.decode(path)
        return None if origin is None or self.dialog_type(*origin) == CHATBOT else origin

    def has_vdn(self, vdn: str) -> bool:
        """Check that recordings lie under this ID of a virtual call center."""
        return vdn == self._recordings.vdn

    def record(self, user: str, begin: int, now: int) -> dict[str, Any]:
        """Make the record as it is at `now`, epoch milliseconds, without turns and end to come."""
        record: dict[str, Any] = orjson.loads(self.text(user, begin, now)[0])
        return record

    def end(self, user: str, begin: int) -> int:
        """Compute when a session ends, epoch milliseconds."""
        kind, day, hashed = self._opening(user, begin)
        return (begin + self._composed(user, kind, day, hashed)[2].seconds) * 1000

    def text(self, user: str, begin: int, now: int) -> tuple[str, int | None]:
        """Write the record as it is at `now` as JSON; the second value is its end, None while it goes on."""
        kind, day, hashed = self._opening(user, begin)
        node, called, dialogue = self._composed(user, kind, day, hashed)
        turns, questions, latest = dialogue.turns, dialogue.questions, dialogue.seconds
        end = (begin + latest) * 1000
        over = end <= now
        if not over:
            turns, questions, latest = _so_far(dialogue, now // 1000 - begin)
        call_id, cti_call_id, recording, reached = self.ids.encode(user, begin)
        log_id, flow, _ = OPENING.unpack_from(hashed)
        chat = kind == CHATBOT
        text = (
            f'{{"logId":"{_log_id(log_id.hex())}","tenantId":{self._tenant},"callSorId":"{user}",'
            f'"callId":"{call_id}","ctiCallId":{NULL if chat else _string(cti_call_id)},'
            f'"callingNumber":"{user}","calledNumber":"{called}","startTime":{begin}000,'
            f'{_field("endTime", end) if over else ""}"lastUpdateTime":{begin + latest}000,'
            f'"flowInstId":"{100_000_000 + (flow * 900_000_000 >> 32)}{_local(reached)}{call_id}",'
            f'"dialogType":"{kind}",{"" if chat else _field("locationId", node)}"businessInfo":null,'
            f'"businessInfoStr":"{self._recording(recording, begin, node)}",'
            f'"recordDetials":{turns_text(turns, begin)},"qaRecords":{questions_text(questions, begin)}}}'
        )
        return text, end if over else None

    def _composed(self, user: str, kind: str, day: int, hashed: bytes) -> tuple[int, str, Dialogue]:
        """Draw locationId and calledNumber of a session, and compose its dialogue."""
        draws = Draws(hashed[:32], _numbers(hashed))
        node = 0 if kind == CHATBOT else draws.pick(RECORDING_NODES)
        called = self._access_codes[kind][bisect_right(ACCESS_CODE_SUMS, next(draws.numbers))]
        return node, called, self._compose(draws, user, kind, day)

    def _opening(self, user: str, begin: int) -> tuple[str, int, bytes]:
        """Find dialogType and local day of a session, and its hash."""
        hashed = self.ids.hashed(user, begin)
        day, second = divmod(self._local.local(begin), DAY)
        unit = int.from_bytes(hashed[KIND : OPENING.size]) * 2.0**-32
        return DIALOG_TYPES[self._pattern.kind((day + 3) % 7, second // 3600, unit)], day, hashed

    def _recording(self, name: str, begin: int, node: int) -> str:
        # Guess: [chat-recording] a chat has the four letters null for a file; a record would settle it.
        path = self._recordings.path(name, begin) if node else "null"
        return (
            f'{{\\"yugaoFileName\\":\\"null\\",\\"locationId\\":\\"{node}\\",'
            f'\\"recordFileName\\":\\"{path}\\"}}'
        )


def _so_far(dialogue: Dialogue, elapsed: int) -> tuple[Sequence[Turn], Sequence[Question], int]:
    """Select turns and questions of the first `elapsed` seconds, and the second of the latest of them."""
    turns = [turn for turn in dialogue.turns if turn.answered <= elapsed]
    questions = [question for question in dialogue.questions if question.at <= elapsed]
    latest = max((0, *(turn.answered for turn in turns), *(question.at for question in questions)))
    return turns, questions, latest


def _string(text: str) -> str:
    return f'"{text}"'


def _field(name: str, number: int) -> str:
    return f'"{name}":{number},'


def _numbers(hashed: bytes) -> Iterable[int]:
    """Read the first draws of the dialogue off the hash of a session."""
    numbers = array("H", hashed[OPENING.size :])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _log_id(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _local(instant: int) -> str:
    """Format epoch milliseconds as local time of flows, "20260101083015999"."""
    second, part = divmod(instant, 1000)
    day, second = divmod(second + IVR_OFFSET, DAY)
    minute, second = divmod(second, 60)
    clock = (minute // 60 * 100 + minute % 60) * 100_000 + second * 1000 + part
    return compact_day(day) + str(clock).zfill(9)
