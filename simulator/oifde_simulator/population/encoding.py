"""Encodes records as JSON text that takes no more memory than it has bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson


def encode(record: Mapping[str, Any]) -> bytes:
    """Encode a record as JSON text that is to be kept."""
    # orjson writes into a buffer up to twice as long and cuts it off: that leaves holes between what is
    # kept, and 16 MiB of texts took 50 MiB. A copy is as long as it needs to be.
    return bytes(memoryview(orjson.dumps(record)))


def encode_text(text: str) -> bytes:
    """Encode JSON text that is to be kept."""
    encoded = text.encode()
    # The buffer of a text that is not ASCII is up to three times as long.
    return encoded if text.isascii() else bytes(memoryview(encoded))
