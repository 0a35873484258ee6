"""Who sends a request of a file, and how many are in flight: `client`, `connection`, and so on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from oifde_simulator.cli.explain import certificate
from oifde_simulator.model.http import UNKNOWN_PEER, Peer
from oifde_simulator.rules.conditions.certificate_conditions import PART
from oifde_simulator.rules.conditions.networks import plain_address
from oifde_simulator.text import did_you_mean, shown

KEYS = ("client", "connection", "in_flight", PART)
MOST = 1_000_000
"""Greatest number of a connection, of a request and of those in flight."""


class Sender(NamedTuple):
    """Sender of a request, as a file has it."""

    address: str = ""
    connection: int = 0
    """Number of the connection; 0 for none."""
    requests: int | None = None
    """Number of the request on its connection; None to count those before it."""
    in_flight: int = 1
    """Requests that are in flight at once: this one and the latest before it."""
    certificate: Mapping[str, str] | None = None
    """Certificate that it shows, by field; None for none."""


def read(document: Mapping[str, Any]) -> Sender:
    """Read the sender of a request. Raises ValueError."""
    number, requests = _connection(document.get("connection"))
    in_flight = _number("in_flight", document.get("in_flight", 1))
    shown_by_client = certificate.read(document.get(PART))
    return Sender(_client(document.get("client", "")), number, requests, in_flight, shown_by_client)


def _client(given: Any) -> str:
    address = plain_address(given) if isinstance(given, str) else ""
    if given != "" and not address:
        # Only wanted when something is wrong.
        from oifde_simulator.rules.conditions.network_mistakes import address_advice

        advice = address_advice(given) if isinstance(given, str) else ""
        expected = 'expected client as an IP address such as "10.0.0.7"'
        raise ValueError(f"{expected}, found {shown(given)}{advice}")
    return address


def _connection(given: Any) -> tuple[int, int | None]:
    """Read a connection: its number, or `{number, requests}`."""
    if given is None:
        return 0, None
    if not isinstance(given, dict):
        return _number("connection", given), None
    for key in given:
        if key not in ("number", "requests"):
            hint = did_you_mean(key, ("number", "requests")) or "; expected number and requests"
            raise ValueError(f"connection: unknown key {shown(key)}{hint}")
    number = _number("connection.number", given.get("number", 1))
    requests = given.get("requests")
    return number, None if requests is None else _number("connection.requests", requests)


def _number(name: str, given: Any) -> int:
    if type(given) is int and 1 <= given <= MOST:
        return given
    digits = isinstance(given, str) and given.isdecimal() and len(given) <= len(str(MOST))
    fix = f"; take the quotes away: {given}" if digits else ""
    raise ValueError(f"expected {name} as a whole number from 1 to {MOST}, found {shown(given)}{fix}")


class Senders:
    """Counts the requests of each connection."""

    def __init__(self) -> None:
        self._requests: dict[int, int] = {}

    def next(self, sender: Sender) -> Peer:
        """Describe the sender of the next request as a server does."""
        address, connection, requests, _, shown_by_client = sender
        if not connection:
            return Peer(address, certificate=shown_by_client) if address or shown_by_client else UNKNOWN_PEER
        before = self._requests.get(connection, 0)
        self._requests[connection] = requests = before + 1 if requests is None else requests
        return Peer(address, connection, requests, shown_by_client)


def as_json(sender: Sender) -> dict[str, Any]:
    """Write the keys of a sender that a file has set."""
    connection = {"number": sender.connection} if sender.connection else {}
    if sender.requests is not None:
        connection["requests"] = sender.requests
    return {
        **({"client": sender.address} if sender.address else {}),
        **({"connection": connection} if connection else {}),
        **({"in_flight": sender.in_flight} if sender.in_flight > 1 else {}),
        **({PART: dict(sender.certificate)} if sender.certificate else {}),
    }


def format_sender(sender: Sender) -> str:
    """Say who sends a request, in words; empty where nothing is known."""
    words = [f"by {sender.address}"] if sender.address else []
    if sender.connection:
        number = "" if sender.requests is None else f", request {sender.requests} of it"
        words.append(f"over connection {sender.connection}{number}")
    if sender.in_flight > 1:
        words.append(f"with up to {sender.in_flight} in flight")
    if sender.certificate:
        words.append(f"with the certificate of {sender.certificate['subject'] or 'somebody'}")
    return " ".join(words)
