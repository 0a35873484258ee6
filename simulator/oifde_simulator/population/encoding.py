"""A record as JSON text that is kept: in no more memory than it has characters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson


def encode(record: Mapping[str, Any]) -> bytes:
    """The record as JSON text, to be kept for long."""
    # orjson writes into a buffer up to twice as long and cuts it off: that leaves holes between what is
    # kept, and 16 MiB of texts took 50 MiB. A copy is as long as it needs to be.
    return bytes(memoryview(orjson.dumps(record)))
