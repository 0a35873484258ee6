"""URLs that others are told: read, chosen, and refused with the reason."""

from __future__ import annotations

import pytest

from oifde_simulator.advertised_urls import (
    advertised_url,
    at_host,
    beside,
    host_of,
    host_of_header,
    reachable_url,
    told,
)

OWN = "https://127.0.0.1:8443"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://vendor.example", "https://vendor.example"),
        ("http://vendor.example:80/", "http://vendor.example:80"),
        ("https://my_service:8443", "https://my_service:8443"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://10.0.0.1:0", "https://10.0.0.1:0"),
        ("https://gateway.example/ivr/test/", "https://gateway.example/ivr/test"),
    ],
)
def test_a_url_is_taken_without_its_last_slash(text: str, url: str) -> None:
    assert advertised_url(text) == url


FLAWS = {
    "vendor.example": "does not begin with http:// or https://",
    "https:vendor.example": "does not begin with http:// or https://",
    "ftp://vendor.example": "does not begin with http:// or https://",
    "https://": "its host is neither",
    "https://münchen.example": "its host is neither",
    "https://-a": "its host is neither",
    "https://a..b": "its host is neither",
    "https://[fe80::1%25eth0]": "its host is neither",
    "https://a b": "its host is neither",
    "https://[::1": "cannot be read",
    "https://a:65536": "cannot be read",
    "https://a:port": "cannot be read",
    "https://a:": "a port is missing",
    "https://a?b=c": "leave out ? and #",
    "https://a#b": "leave out ? and #",
    "https://a/b c": "percent-encoded",
    "https://a/" + "b" * 1000: "more than 1000 characters",
}


@pytest.mark.parametrize(("text", "flaw"), FLAWS.items(), ids=[text[:40] for text in FLAWS])
def test_what_is_no_url_is_refused_with_the_reason(text: str, flaw: str) -> None:
    with pytest.raises(ValueError, match="expected a URL such as https://vendor") as raised:
        advertised_url(text)
    assert flaw in str(raised.value)


def test_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="told to nobody") as raised:
        advertised_url("https://user:hush@vendor.example")
    assert "hush" not in str(raised.value)


def test_port_0_is_none_to_call() -> None:
    assert reachable_url("https://a:1") == "https://a:1"
    with pytest.raises(ValueError, match="nobody listens on port 0"):
        reachable_url("https://a:0")


@pytest.mark.parametrize(
    ("advertised", "url"),
    [
        (None, OWN),
        ("https://vendor.example", "https://vendor.example"),
        ("http://vendor.example:0/ivr", "http://vendor.example:8443/ivr"),
        ("https://[2001:db8::1]:0", "https://[2001:db8::1]:8443"),
    ],
)
def test_the_advertised_url_is_told_and_port_0_is_the_own_one(advertised: str | None, url: str) -> None:
    assert told(OWN, advertised) == url


def test_further_ports_keep_scheme_and_number() -> None:
    assert beside("https://127.0.0.1:9444", "http://vendor.example:80/ivr") == "https://vendor.example:9444"
    assert beside(OWN, None) == OWN
    assert beside("https://127.0.0.1:9444", "http://vendor.example", "https://a/b") == "https://a/b"
    assert beside("https://127.0.0.1:9444", None, "https://a:0/b") == "https://a:9444/b"
    assert at_host(OWN, "") == OWN
    assert at_host(OWN, "::1") == "https://[::1]:8443"
    assert host_of("https://vendor.example:1") == "vendor.example"
    assert host_of(None) == ""


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("sim:8444", "sim"),
        ("SIM.Example", "sim.example"),
        ("[::1]:8444", "::1"),
        ("[::1", ""),
        ("[127.0.0.1]", ""),
        ("::1", ""),
        ("sim:8444/evil", ""),
        ("user@sim", ""),
        ("sim\tb", ""),
        ('sim"', ""),
        ("", ""),
    ],
)
def test_only_a_host_is_taken_from_a_host_header(header: str, host: str) -> None:
    assert host_of_header(header) == host
