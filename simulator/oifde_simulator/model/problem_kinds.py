"""Name the kinds of mistakes that a request can have, so that settings can answer each in its own way.

Rule: standard library only; the names are keys of scenario files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

ProblemKind = Literal[
    "token_missing",
    "token_expired",
    "token_unknown",
    "unknown_tenant",
    "unknown_app_key",
    "wrong_secret",
    "locked",
    "parameter",
    "parameter_missing",
    "past_end",
    "internal",
    "",
]
"""Kind of a mistake; empty for an error that a rule answers."""

# Guess: [error-codes] which code answers which fault is documented nowhere; captures would settle it.
DEFAULT_CODES: Mapping[str, int] = {
    "token_missing": 900001,
    "token_expired": 900001,
    "token_unknown": 900002,
    "unknown_tenant": 900002,
    "unknown_app_key": 200800001,
    "wrong_secret": 200800002,
    "locked": 200800003,
    "parameter": 10000002,
    "internal": 10000001,
}
"""errorCode of each kind."""
GENERAL: Mapping[str, str] = {"parameter_missing": "parameter", "past_end": "parameter"}
"""Kinds that have the code of another one, unless a scenario gives them their own."""

GROUPS: Mapping[str, str] = {
    "token_missing": "token",
    "token_expired": "token",
    "token_unknown": "token",
    "unknown_tenant": "token",
    "unknown_app_key": "secret",
    "wrong_secret": "secret",
    "locked": "secret",
    "parameter": "parameter",
    "parameter_missing": "parameter",
    "past_end": "parameter",
    "internal": "internal",
}
"""Group of each kind, for HTTP statuses."""
GROUPS_OF_CODES: Mapping[int, str] = {
    900001: "token",
    900002: "token",
    10000001: "internal",
    10000002: "parameter",
    10000003: "parameter",
    10000004: "parameter",
    10000006: "parameter",
    10000007: "parameter",
    10000008: "parameter",
    200800001: "secret",
    200800002: "secret",
    200800003: "secret",
    200900002: "internal",
    200900003: "parameter",
}
"""Group of the documented codes, for the errors that a rule answers."""


def code_of(kind: str, codes: Mapping[str, int]) -> int | None:
    """Find the errorCode of a kind where it differs from the default; None where it does not."""
    return codes.get(kind, codes.get(GENERAL.get(kind, "")))


def answered_codes(codes: Mapping[str, int]) -> set[int]:
    """List the errorCodes that the honest service answers where `codes` differ from the defaults."""
    kinds = {**DEFAULT_CODES, **{kind: DEFAULT_CODES[general] for kind, general in GENERAL.items()}}
    return {code_of(kind, codes) or code for kind, code in kinds.items()}
