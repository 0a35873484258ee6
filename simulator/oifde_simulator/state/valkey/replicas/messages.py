"""What is told of an announcement, and kept of the newest of each topic."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Message(NamedTuple):
    """A value of a topic, as the store has it."""

    number: int
    at: int
    """Time of the store, in milliseconds."""
    topic: str
    value: Any

    @classmethod
    def read(cls, octets: bytes) -> Message:
        """Read what the script wrote."""
        number, at, topic, value = octets.split(b" ", 3)
        return cls(int(number), int(at), topic.decode(), json.loads(value))
