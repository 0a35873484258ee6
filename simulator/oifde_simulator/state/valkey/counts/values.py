"""Values by which rules are counted, as bytes of keys and fields."""

from __future__ import annotations

import json

import orjson

from oifde_simulator.model.turn import Value


def encode_value(value: Value) -> bytes:
    """Encode a value as a JSON array; the same value gives the same bytes."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # half of a surrogate pair, which only escapes can carry
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def decode_value(octets: bytes) -> Value:
    """Decode a value."""
    try:
        return tuple(orjson.loads(octets))
    except orjson.JSONDecodeError:
        return tuple(json.loads(octets))
