"""Addresses of the store: what is understood, what is refused, and that secrets stay out of sight."""

from __future__ import annotations

import pytest

from oifde_simulator.state.valkey.client.address import Address, Place, parse_address

LOCAL = (Place("localhost", 6379),)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("valkey://localhost", Address("valkey", LOCAL)),
        ("valkey://localhost/", Address("valkey", LOCAL)),
        ("redis://localhost:7000/3", Address("redis", (Place("localhost", 7000),), database=3)),
        ("valkey://[::1]:7000/0", Address("valkey", (Place("::1", 7000),))),
        ("valkeys://localhost", Address("valkeys", LOCAL)),
        ("rediss://localhost?ca=/a/ca.pem", Address("rediss", LOCAL, files={"ca": "/a/ca.pem"})),
        ("valkeys://localhost?cert=c&key=k", Address("valkeys", LOCAL, files={"cert": "c", "key": "k"})),
        ("unix:///run/valkey.sock", Address("unix", path="/run/valkey.sock")),
        ("unix:///run/a%20b.sock?db=2", Address("unix", path="/run/a b.sock", database=2)),
        ("valkey://ann:o%2Fpen@localhost", Address("valkey", LOCAL, user="ann", password="o/pen")),
        ("valkey://:open@localhost", Address("valkey", LOCAL, password="open")),
        ("unix://:open@/run/valkey.sock", Address("unix", path="/run/valkey.sock", password="open")),
        (
            "sentinel://one:1,two/main/4",
            Address("sentinel", (Place("one", 1), Place("two", 26379)), service="main", database=4),
        ),
        ("sentinels://one/main", Address("sentinels", (Place("one", 26379),), service="main")),
    ],
)  # fmt: skip
def test_an_address_is_understood(url: str, expected: Address) -> None:
    assert parse_address(url, {}) == expected


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("localhost:6379", "no such scheme: 'localhost'"),
        ("/run/valkey.sock", "no scheme"),
        ("http://localhost", "no such scheme: 'http'"),
        ("valkey://", "no HOST:PORT with a host and a number"),
        ("valkey://localhost:x", "no HOST:PORT with a host and a number"),
        ("valkey://[::1", "brackets that do not hold an IPv6 address"),
        ("valkey://localhost:0", "the port 0"),
        ("valkey://localhost:70000", "the port 70000"),
        ("valkey://localhost/x", "no number of a database"),
        ("valkey://localhost/0/1", "more parts of a path"),
        ("valkey://one,two/0", "several hosts; only sentinel:// takes several"),
        ("valkey://localhost/0#x", "a part after #"),
        ("valkey://localhost?ca=x", "files of TLS go with valkeys://"),
        ("valkeys://localhost?timeout=1", "the option 'timeout' (options of valkeys://: ca, cert, key)"),
        ("valkeys://localhost?cert=x", "one of the options cert and key"),
        ("unix://run/valkey.sock", "no absolute path; write three slashes"),
        ("unix:///", "no absolute path"),
        ("unix:///run/valkey.sock?db=x", "no number of a database"),
        ("sentinel://one:1", "no name of the server that the sentinels watch"),
        ("sentinel://one,,two/main", "no HOST:PORT"),
    ],
)
def test_a_wrong_address_is_refused_in_one_line(url: str, found: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_address(url, {})
    assert "expected valkey://HOST:PORT/DB" in str(refusal.value)
    assert found in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_user_and_password_come_from_the_environment_where_the_url_has_none() -> None:
    environment = {"OIFDE_SIMULATOR_STATE_USER": "ann", "OIFDE_SIMULATOR_STATE_PASSWORD": "open"}
    address = parse_address("valkey://localhost", environment)
    assert (address.user, address.password) == ("ann", "open")
    address = parse_address("valkey://bob:other@localhost", environment)
    assert (address.user, address.password) == ("bob", "other")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("valkey://ann:sesame@localhost", "valkey://localhost:6379/0"),
        ("valkeys://ann:sesame@[::1]:1/2?ca=x", "valkeys://[::1]:1/2"),
        ("unix://ann:sesame@/run/valkey.sock", "unix:///run/valkey.sock?db=0"),
        ("sentinel://ann:sesame@one,two:1/main", "sentinel://one:26379,two:1/main/0"),
    ],
)
def test_an_address_is_shown_without_user_and_password(url: str, shown: str) -> None:
    address = parse_address(url, {})
    assert str(address) == shown
    assert "ann" not in repr(address)
    assert "sesame" not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://ann:sesame@localhost",
        "valkey://ann:ses/ame@localhost",
        "valkey://ann:ses?ame@localhost",
        "valkey://ann:ses#ame@localhost",
        "valkey://ann:ses@ame@localhost:x",
        "valkey://ann:ses[ame@localhost",
        "valkey://localhost/0?password=sesame",
    ],
)
def test_a_refusal_does_not_show_the_password(url: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_address(url, {})
    assert not any(part in str(refusal.value) for part in ("ann", "ses", "ame@", "sesame"))
