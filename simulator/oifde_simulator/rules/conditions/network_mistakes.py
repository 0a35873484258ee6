"""Says what is likely wrong in a text that is no IP address and no network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_network

LEADING_ZEROS = re.compile(r"(?<![^.:])0+(?=[0-9])")
"""Zeros in front of the numbers of an address."""
MOST_DIGITS = 20
"""Length from which on a number is no part of an address."""
NAME = re.compile(r"(?=[^.]*[a-z])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,9}", re.IGNORECASE)
"""Name of a host."""
WORDS = {
    "localhost": 'for this machine write [127.0.0.1, "::1"]',
    **dict.fromkeys(("*", "any", "all"), "for every client leave client out"),
}
"""Words in the place of an address, and what to write."""


def advice(text: str) -> str:
    """Write the end of a message with the likely fix; empty where none is clear."""
    return _first(text, MISTAKES)


def address_advice(text: str) -> str:
    """Write the same where only a single address may stand."""
    return "" if "/" in text else _first(text, OF_ADDRESSES)


def _first(text: str, mistakes: Iterable[Callable[[str], str]]) -> str:
    fix = next(filter(None, (each(text) for each in mistakes)), "")
    return f"; {fix}" if fix else ""


def _word(text: str) -> str:
    return WORDS.get(text.strip().lower(), "")


def _port(text: str) -> str:
    host, colon, port = text.strip("[]").partition("]:") if text[:1] == "[" else text.rpartition(":")
    return f"leave the port out: {host}" if colon and port.isdecimal() and _is_address(host) else ""


def _brackets(text: str) -> str:
    inside = text.strip("[]")
    return f"leave the brackets out: {inside}" if text[:1] == "[" and _is_address(inside) else ""


def _leading_zeros(text: str) -> str:
    address, slash, bits = text.partition("/")
    plain = f"{LEADING_ZEROS.sub('', address)}{slash}{bits}"
    octal = plain != text and is_network(plain)
    return f"some readers take a leading zero for octal: write {plain}" if octal else ""


def _prefix(text: str) -> str:
    address, slash, _ = text.partition("/")
    if not slash or not _is_address(address):
        return ""
    return f"a prefix of {address} has 0 to {ip_network(address).max_prefixlen} bits"


def _large_number(text: str) -> str:
    parts = text.split(".")
    numbers = [int(part) for part in parts if part.isdecimal() and len(part) < MOST_DIGITS]
    too_large = len(numbers) == len(parts) == 4 and max(numbers) > 255
    return "each of the four numbers is at most 255" if too_large else ""


def _name(text: str) -> str:
    return "names are not looked up: write the address" if NAME.fullmatch(text) else ""


def _star(text: str) -> str:
    parts = text.rstrip(".*").split(".")
    if not text.endswith(("*", ".")) or len(parts) > 3 or not all(part.isdecimal() for part in parts):
        return ""
    return f"write {'.'.join([*parts, *['0'] * (4 - len(parts))])}/{8 * len(parts)}"


OF_ADDRESSES: tuple[Callable[[str], str], ...] = (_port, _brackets, _leading_zeros, _large_number, _name)
"""Finders of a mistake, the surest first; each answers with the fix, or with an empty text."""
MISTAKES = (_word, *OF_ADDRESSES, _prefix, _star)
"""Finders of a mistake where a network may stand, too."""


def _is_address(text: str) -> bool:
    return "/" not in text and is_network(text)


def is_network(text: str) -> bool:
    """Check for an address, or a network without bits behind its prefix."""
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
