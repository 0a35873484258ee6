"""Checks `match: {client_certificate: ...}`: conditions that no certificate meets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.rules.conditions.certificate_conditions import PART, certificate_fields
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import shown

SERIAL = re.compile("(?:[0-9A-F]{2})+")
"""Serial number as OpenSSL writes it."""
NAME = re.compile(r"[A-Za-z0-9.]+=")
"""Beginning of a name as RFC 4514 writes it."""
KIND = re.compile(r"[A-Za-z ]+:")
"""Beginning of an alternative name."""


def lint(match: Mapping[str, Any]) -> Iterator[Finding]:
    """Find values that no certificate has, where the conditions are good in themselves."""
    wanted = certificate_fields(match)
    for name, each in wanted.items():
        if isinstance(each, str) and (message := _value_error(name, each)):
            yield Finding((PART, name), message)
        elif wanted.get("subject") is False and name != "subject" and each is not False:
            message = "can never fire: subject: false means that there is no certificate; remove one of them"
            yield Finding((PART, name), message)


def _value_error(name: str, value: str) -> str:
    """Say why no certificate has `value` in a field; empty where one may."""
    if name in ("subject", "issuer") and value and not NAME.match(value):
        return f"is a name such as CN=app-1,O=Example, found {shown(value)}{_other_field(name, value)}"
    if name == "serial" and not SERIAL.fullmatch(value):
        return f"is written in pairs of capital hexadecimal digits, found {shown(value)}{_serial_fix(value)}"
    if name == "names" and not KIND.match(value):
        return f"has its kind before each name, found {shown(value)}; write DNS:{value} or email:{value}"
    return ""


def _other_field(name: str, value: str) -> str:
    field = "common_name" if name == "subject" else "issuer"
    text = value if name == "subject" else f"CN={value}"
    if value.startswith("/"):  # as older programs write it
        parts = [part for part in value.split("/") if part]
        return f"; write {','.join(reversed(parts))}"
    return f"; write {field}: {shown(text)}"


def _serial_fix(value: str) -> str:
    digits = re.sub("[: ]|^0[xX]", "", value).upper()
    even = digits if len(digits) % 2 == 0 else f"0{digits}"
    return f'; write "{even}"' if SERIAL.fullmatch(even) else ""
