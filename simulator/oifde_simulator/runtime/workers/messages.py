"""Messages between a supervisor and a worker: JSON objects, one a line, over a pair of sockets."""

from __future__ import annotations

import base64
import json
import pickle
from typing import Any

from oifde_simulator.config import Settings

LONGEST = 64 << 20
"""Longest line in bytes: the first lines of a server name all its tenants."""

Message = dict[str, Any]


def encode(message: Message) -> bytes:
    """Write a message as a line."""
    return json.dumps(message).encode() + b"\n"


def decode(line: bytes) -> Message:
    """Read a message from a line."""
    message: Message = json.loads(line)
    return message


def pack(settings: Settings) -> str:
    """Write settings as a text; they hold secrets, so no command line has them."""
    return base64.b64encode(pickle.dumps(settings)).decode()


def unpack(text: str) -> Settings:
    """Read settings that `pack` wrote, in a process that has the text from its supervisor alone."""
    settings: Settings = pickle.loads(base64.b64decode(text))  # noqa: S301
    return settings
