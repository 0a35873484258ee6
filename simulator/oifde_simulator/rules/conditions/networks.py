"""IP addresses and networks as a scenario names them: `match: {client: 10.0.0.0/8}`.

Rule: an IPv4 address that came mapped into IPv6 is an IPv4 address, as in `Peer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from socket import AF_INET, AF_INET6, inet_pton

from oifde_simulator.text import shown

Network = IPv4Network | IPv6Network
EXPECTED = "an IP address or a network such as 10.0.0.0/8"
BITS = {4: 32, 6: 128}
"""Bits of an address by version."""
MAPPED = 96
"""Bits before an IPv4 address that is mapped into IPv6 (RFC 4291, 2.5.5.2)."""


def network(text: str) -> Network:
    """Read an address, which is a network of one, or a network. Raises ValueError with the likely fix."""
    if fix := _fix(text):
        raise ValueError(f"expected {EXPECTED}, found {shown(text)}; {fix}")
    try:
        read = ip_network(text, strict=False)
    except ValueError:
        # Only wanted when something is wrong.
        from oifde_simulator.rules.conditions.network_mistakes import advice

        raise ValueError(f"expected {EXPECTED}, found {shown(text)}{advice(text)}") from None
    address = text.partition("/")[0]
    if str(ip_network(address).network_address) != str(read.network_address):
        raise ValueError(f"{text} has bits behind its first {read.prefixlen}; write {read}, or {address}")
    return _unmapped(read)


def _fix(text: str) -> str:
    """Say how to write a text that would be read, but not as it was meant."""
    address, slash, bits = text.partition("/")
    if "%" in address:
        return f"addresses have no zone here; write {shown(address.partition('%')[0] + slash + bits)}"
    if slash and not (bits.isdecimal() and bits.isascii()):
        try:
            return f"write the length of the prefix: {ip_network(text, strict=False)}"
        except ValueError:
            return "after the slash stands the length of the prefix, a number"
    return ""


def _unmapped(read: Network) -> Network:
    if isinstance(read, IPv6Network) and read.prefixlen >= MAPPED and read.network_address.ipv4_mapped:
        return IPv4Network((read.network_address.ipv4_mapped, read.prefixlen - MAPPED))
    return read


def networks(given: str | Sequence[str]) -> list[Network]:
    """Read one network, or a list of them. Raises ValueError."""
    return [network(each) for each in ([given] if isinstance(given, str) else given)]


def holds(given: Iterable[Network]) -> Callable[[str], bool]:
    """Make a test for addresses in one of the networks; work grows with their lengths alone."""
    starts: dict[tuple[int, int], set[int]] = {}
    for each in given:
        shift = BITS[each.version] - each.prefixlen
        starts.setdefault((each.version, shift), set()).add(int(each.network_address) >> shift)
    by_version = {
        version: [(shift, found) for (of, shift), found in starts.items() if of == version]
        for version in BITS
    }

    def accepts(address: str) -> bool:
        if not address:
            return False
        version, family = (6, AF_INET6) if ":" in address else (4, AF_INET)
        value = int.from_bytes(inet_pton(family, address))
        return any(value >> shift in found for shift, found in by_version[version])

    return accepts


def covers(wide: Iterable[Network], narrow: Iterable[Network]) -> bool:
    """Check that each address in `narrow` is in one network of `wide`."""
    wide = list(wide)
    return all(any(_inside(one, other) for other in wide) for one in narrow)


def _inside(narrow: Network, wide: Network) -> bool:
    if isinstance(narrow, IPv4Network) and isinstance(wide, IPv4Network):
        return narrow.subnet_of(wide)
    if isinstance(narrow, IPv6Network) and isinstance(wide, IPv6Network):
        return narrow.subnet_of(wide)
    return False


def plain_address(text: str) -> str:
    """Write an address of a socket without zone, and as IPv4 where it was mapped; "" for what is none."""
    try:
        return _plain(text.partition("%")[0])
    except ValueError:
        return ""


def _plain(text: str) -> str:
    if ":" not in text:
        return str(IPv4Address(text))
    address = IPv6Address(text)
    return str(address.ipv4_mapped or address)
