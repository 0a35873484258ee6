"""Makes the record of a generated session, its fields consistent with each other and with the dialogue."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from oifde_simulator.population.arrivals.local_days import DAY, LocalDays, compact_day, weekday
from oifde_simulator.population.arrivals.pattern import arrival_pattern
from oifde_simulator.population.completion import IVR_ZONE
from oifde_simulator.population.draws import SCALE, Draws
from oifde_simulator.population.ids import CHECKS, DecodedId, IdCodec, SessionIds
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
IVR_OFFSET = int(IVR_ZONE.utcoffset(None).total_seconds())
"""Seconds that the local time of flows is ahead of UTC."""
OPENING = Struct(f">{CHECKS.size}x16sII65H")
"""The hash of a session: checks of its IDs, logId, flow, kind, and the first draws of the dialogue."""

Compose = Callable[[Draws, str, str, int], "Dialogue"]
"""Function that composes a dialogue from draws, user number, dialogType and local day."""


class Opening(NamedTuple):
    """What is known of a session before its dialogue is composed."""

    ids: SessionIds
    kind: str
    """dialogType of the session."""
    day: int
    """Local day on which the session begins, counted since 1970-01-01."""
    log_id: str
    flow: int
    """Number of nine digits with which flowInstId begins."""
    draws: Draws
    """Draws of the dialogue."""


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
        self._ids = ids
        self._tenant = tenant
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
        return self._ids.ids(user, begin).call_id

    def cti_call_id(self, user: str, begin: int) -> str | None:
        """Compute the ctiCallId of a session; None for a chat."""
        opening = self._opening(user, begin)
        return None if opening.kind == CHATBOT else opening.ids.cti_call_id

    def dialog_type(self, user: str, begin: int) -> str:
        """Tell the dialogType of a session."""
        return self._opening(user, begin).kind

    def recorded(self, path: str) -> DecodedId | None:
        """Find user and first second of the session whose recording has this path; None where none has."""
        origin = self._recordings.decode(path)
        return None if origin is None or self.dialog_type(*origin) == CHATBOT else origin

    def has_vdn(self, vdn: str) -> bool:
        """Check that recordings lie under this ID of a virtual call center."""
        return vdn == self._recordings.vdn

    def record(self, user: str, begin: int, now: int) -> dict[str, Any]:
        """Make the record as it is at `now`, epoch milliseconds, without turns and end to come."""
        opening = self._opening(user, begin)
        ids, kind, draws = opening.ids, opening.kind, opening.draws
        chat = kind == CHATBOT
        node = 0 if chat else draws.pick(RECORDING_NODES)
        called = self._access_codes[kind][bisect_right(ACCESS_CODE_SUMS, draws.short())]
        dialogue = self._compose(draws, user, kind, opening.day)
        turns, questions, latest = dialogue.turns, dialogue.questions, dialogue.seconds
        over = begin * 1000 + latest * 1000 <= now
        if not over:
            turns, questions, latest = _so_far(dialogue, now // 1000 - begin)
        record = {
            "logId": opening.log_id,
            "tenantId": self._tenant,
            "callSorId": user,
            "callId": ids.call_id,
            "ctiCallId": None if chat else ids.cti_call_id,
            "callingNumber": user,
            "calledNumber": called,
            "startTime": begin * 1000,
            "endTime": (begin + latest) * 1000,
            "lastUpdateTime": (begin + latest) * 1000,
            "flowInstId": f"{opening.flow}{_local(ids.reached)}{ids.call_id}",
            "dialogType": kind,
            "locationId": node,
            "businessInfo": None,
            "businessInfoStr": self._recording(ids, begin, node),
            "recordDetials": [_detail(place, turn, begin) for place, turn in enumerate(turns, start=1)],
            "qaRecords": [_answer(place, each, begin) for place, each in enumerate(questions, start=1)],
        }
        if not over:
            del record["endTime"]
        if chat:
            del record["locationId"]
        return record

    def _opening(self, user: str, begin: int) -> Opening:
        hashed = self._ids.hashed(user, begin, OPENING.size)
        log_id, flow, unit, *shorts = OPENING.unpack(hashed)
        day, second = divmod(self._local.local(begin), DAY)
        name = self._pattern.kind(weekday(day), second // 3600, unit * 2.0**-32)
        ids = self._ids.ids(user, begin, hashed)
        flow = 100_000_000 + (flow * 900_000_000 >> 32)
        return Opening(ids, DIALOG_TYPES[name], day, _log_id(log_id.hex()), flow, Draws(hashed[:32], shorts))

    def _recording(self, ids: SessionIds, begin: int, node: int) -> str:
        # Guess: [chat-recording] a chat has the four letters null for a file; a record would settle it.
        name = self._recordings.path(ids.recording, begin) if node else "null"
        return f'{{"yugaoFileName":"null","locationId":"{node}","recordFileName":"{name}"}}'


def _so_far(dialogue: Dialogue, elapsed: int) -> tuple[Sequence[Turn], Sequence[Question], int]:
    """Select turns and questions of the first `elapsed` seconds, and the second of the latest of them."""
    turns = [turn for turn in dialogue.turns if turn.answered <= elapsed]
    questions = [question for question in dialogue.questions if question.at <= elapsed]
    latest = max((0, *(turn.answered for turn in turns), *(question.at for question in questions)))
    return turns, questions, latest


def _log_id(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _local(instant: int) -> str:
    """Format epoch milliseconds as local time of flows, "20260101083015999"."""
    second, part = divmod(instant, 1000)
    day, second = divmod(second + IVR_OFFSET, DAY)
    minute, second = divmod(second, 60)
    hour, minute = divmod(minute, 60)
    return f"{compact_day(day)}{hour:02d}{minute:02d}{second:02d}{part:03d}"


def _detail(place: int, turn: Turn, begin: int) -> dict[str, Any]:
    return {
        "interNo": str(place),
        "userSaying": turn.user,
        "intention": turn.intention,
        "systemReply": turn.reply,
        "timestamp": (begin + turn.answered) * 1000,
        "requsetTime": (begin + turn.asked) * 1000,
        "responseSource": turn.source,
        "involveMode": turn.mode,
    }


def _answer(place: int, question: Question, begin: int) -> dict[str, Any]:
    return {
        "interNo": str(place),
        "seriesId": question.series,
        "questionTitle": question.title,
        "questionType": question.type,
        "answerIntent": question.answer_intent,
        "originalAnswer": question.original_answer,
        "createTime": (begin + question.at) * 1000,
    }
