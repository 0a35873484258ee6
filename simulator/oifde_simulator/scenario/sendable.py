"""The size of values as JSON: aliases can make it far larger than the text that the values came from."""

from __future__ import annotations

from typing import Any

import orjson

LARGEST_JSON = 4 << 20
"""Bytes of JSON that one request to the control plane can carry."""


def is_sendable(value: Any) -> bool:
    """Check that a value is no larger as JSON than a request may be."""
    size, level = 0, [value]
    while level and size <= LARGEST_JSON:
        each = level.pop()
        if isinstance(each, dict):
            level += [*each, *each.values()]
        elif isinstance(each, list):
            level += each
        else:
            size += len(orjson.dumps(each))
        size += 1
    return size <= LARGEST_JSON
