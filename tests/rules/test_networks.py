"""Addresses and networks: what is in them, and what covers what, as Python's `ipaddress` has it."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.rules.conditions.networks import Network, covers, holds, network, networks, plain_address

ADDRESSES = st.ip_addresses()
NETWORKS = st.builds(
    lambda address, bits: ip_network((address, min(bits, address.max_prefixlen)), strict=False),
    ADDRESSES,
    st.integers(0, 128),
)


@settings(max_examples=examples(50))
@given(ADDRESSES, st.lists(NETWORKS, max_size=4))
def test_an_address_is_in_the_networks_that_hold_it(address: object, given_networks: list[Network]) -> None:
    one = ip_address(str(address))
    found = holds(given_networks)(str(one))
    assert found == any(one in each for each in given_networks if each.version == one.version)


@settings(max_examples=examples(50))
@given(NETWORKS)
def test_the_ends_of_a_network_are_in_it_and_their_neighbours_are_not(one: Network) -> None:
    accepts, first, last = holds([one]), int(one[0]), int(one[-1])
    kind = type(one[0])
    assert accepts(str(one[0]))
    assert accepts(str(one[-1]))
    assert not first or not accepts(str(kind(first - 1)))
    assert last == 2**one.max_prefixlen - 1 or not accepts(str(kind(last + 1)))


@settings(max_examples=examples(50))
@given(st.lists(NETWORKS, max_size=3), st.lists(NETWORKS, max_size=3))
def test_what_is_covered_holds_no_other_address(wide: list[Network], narrow: list[Network]) -> None:
    if covers(wide, narrow):
        assert all(holds(wide)(str(each[0])) and holds(wide)(str(each[-1])) for each in narrow)


@settings(max_examples=examples(50))
@given(NETWORKS)
def test_a_network_is_read_as_it_is_written(one: Network) -> None:
    mapped = one.version == 6 and one.prefixlen >= 96 and one.network_address.ipv4_mapped
    assert mapped or network(str(one)) == one


READ = {
    "10.0.0.7": "10.0.0.7/32",
    "::1": "::1/128",
    "10.0.0.0/8": "10.0.0.0/8",
    "0.0.0.0/0": "0.0.0.0/0",
    "::/0": "::/0",
    "2001:DB8::/32": "2001:db8::/32",
    "::ffff:10.0.0.7": "10.0.0.7/32",
    "::ffff:10.0.0.0/104": "10.0.0.0/8",
    "::ffff:0:0/96": "0.0.0.0/0",
}


@pytest.mark.parametrize(("written", "read"), READ.items(), ids=READ)
def test_an_address_is_a_network_of_one_and_mapped_ones_are_ipv4(written: str, read: str) -> None:
    assert str(network(written)) == read


def test_no_address_is_in_no_network() -> None:
    assert not holds(networks(["0.0.0.0/0", "::/0"]))("")


def test_work_grows_with_the_lengths_of_prefixes_not_with_their_number() -> None:
    many = networks([f"10.{n // 256}.{n % 256}.0/24" for n in range(1000)])
    accepts = holds(many)
    found = accepts.__closure__
    assert found is not None
    (by_version,) = (cell.cell_contents for cell in found if isinstance(cell.cell_contents, dict))
    assert [len(groups) for groups in by_version.values()] == [1, 0]
    assert accepts("10.3.231.9")
    assert not accepts("10.3.232.9")


@settings(max_examples=examples(50))
@given(st.text(max_size=20))
def test_any_text_is_an_address_or_none(text: str) -> None:
    plain_address(text)
    try:
        network(text)
    except ValueError as wrong:
        assert str(wrong)
