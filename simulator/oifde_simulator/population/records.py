"""Makes the record of a generated session, its fields consistent with each other and with the dialogue."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from oifde_simulator.population.arrivals.local_days import LocalDays
from oifde_simulator.population.arrivals.pattern import arrival_pattern
from oifde_simulator.population.completion import IVR_ZONE
from oifde_simulator.population.ids import DecodedId, IdCodec
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

Compose = Callable[[KeyedRandom, str, str, int], "Dialogue"]
"""Function that composes a dialogue from draws, user number, dialogType and first epoch second."""


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
        compose: Compose,
    ) -> None:
        """Take the key of seed and `world`; `mix` has weights by the names of DIALOG_TYPES."""
        self._world = world.hex()
        self._ids = ids
        self._tenant = tenant
        self._compose = compose
        self._pattern = arrival_pattern(tuple(mix.items()))
        self._local = local
        codes = KeyedRandom(key(self._world, "access codes"))
        self._recordings = RecordingPaths(str(codes.between(100, 199)), ids)
        # vendor facts: calledNumber is the flow's access code, 9 to 24 digits; the example's has 18.
        self._access_codes = {
            code: [(f"8991{codes.digits(14)}", share) for share in ACCESS_CODES]
            for code in DIALOG_TYPES.values()
        }

    def call_id(self, user: str, begin: int) -> str:
        """Compute the callId of a session; `begin` is in epoch seconds."""
        return self._ids.call_id(user, self._reached(self._opening(user, begin)[0], begin))

    def cti_call_id(self, user: str, begin: int) -> str | None:
        """Compute the ctiCallId of a session; None for a chat."""
        return None if self._opening(user, begin)[1] == CHATBOT else self._ids.cti_call_id(user, begin - 1)

    def dialog_type(self, user: str, begin: int) -> str:
        """Tell the dialogType of a session."""
        return self._opening(user, begin)[1]

    def recorded(self, path: str) -> DecodedId | None:
        """Find user and first second of the session whose recording has this path; None where none has."""
        origin = self._recordings.decode(path)
        return None if origin is None or self.dialog_type(*origin) == CHATBOT else origin

    def has_vdn(self, vdn: str) -> bool:
        """Check that recordings lie under this ID of a virtual call center."""
        return vdn == self._recordings.vdn

    def record(self, user: str, begin: int, now: int) -> dict[str, Any]:
        """Make the record as it is at `now`, epoch milliseconds, without turns and end to come."""
        draws, kind = self._opening(user, begin)
        reached = self._reached(draws, begin)
        call_id = self._ids.call_id(user, reached)
        dialogue = self._compose(draws, user, kind, begin)
        elapsed = now // 1000 - begin
        turns = [turn for turn in dialogue.turns if turn.answered <= elapsed]
        questions = [question for question in dialogue.questions if question.at <= elapsed]
        latest = max((0, *(turn.answered for turn in turns), *(question.at for question in questions)))
        over = dialogue.seconds <= elapsed
        end = {"endTime": (begin + dialogue.seconds) * 1000} if over else {}
        node = 0 if kind == CHATBOT else draws.pick(RECORDING_NODES)
        return {
            "logId": _log_id(draws),
            "tenantId": self._tenant,
            "callSorId": user,
            "callId": call_id,
            "ctiCallId": None if kind == CHATBOT else self._ids.cti_call_id(user, begin - 1),
            "callingNumber": user,
            "calledNumber": draws.weighted(self._access_codes[kind]),
            "startTime": begin * 1000,
            **end,
            "lastUpdateTime": (begin + (dialogue.seconds if over else latest)) * 1000,
            "flowInstId": f"{draws.digits(9)}{_local(reached)}{call_id}",
            "dialogType": kind,
            **({"locationId": node} if node else {}),
            "businessInfo": None,
            "businessInfoStr": self._recording(user, kind, begin, node),
            "recordDetials": [_detail(place, turn, begin) for place, turn in enumerate(turns, start=1)],
            "qaRecords": [_answer(place, each, begin) for place, each in enumerate(questions, start=1)],
        }

    def _opening(self, user: str, begin: int) -> tuple[KeyedRandom, str]:
        draws = KeyedRandom(key(self._world, user, "session", begin))
        wall = self._local.wall(begin)
        return draws, DIALOG_TYPES[draws.weighted(self._pattern.kinds(wall.weekday(), wall.hour))]

    @staticmethod
    def _reached(draws: KeyedRandom, begin: int) -> int:
        # The example's call reached the platform half a second before its startTime, a whole second.
        return begin * 1000 - draws.between(1, 999)

    def _recording(self, user: str, kind: str, begin: int, node: int) -> str:
        # Guess: [chat-recording] a chat has the four letters null for a file; a record would settle it.
        files = {
            "yugaoFileName": "null",
            "locationId": str(node),
            "recordFileName": "null" if kind == CHATBOT else self._recordings.path(user, begin),
        }
        return json.dumps(files, separators=(",", ":"))


def _log_id(draws: KeyedRandom) -> str:
    return "-".join((draws.hex(8), draws.hex(4), draws.hex(4), draws.hex(4), draws.hex(12)))


def _local(instant: int) -> str:
    local = datetime.fromtimestamp(instant // 1000, IVR_ZONE)
    return f"{local:%Y%m%d%H%M%S}{instant % 1000:03d}"


def _detail(place: int, turn: Turn, begin: int) -> dict[str, Any]:
    return {
        "interNo": str(place),
        "userSaying": turn.user_saying,
        "intention": turn.intention,
        "systemReply": turn.system_reply,
        "timestamp": (begin + turn.answered) * 1000,
        "requsetTime": (begin + turn.asked) * 1000,
        "responseSource": turn.response_source,
        "involveMode": turn.involve_mode,
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
