"""Options of the plugin's servers, as the fixture, the markers and the command line mix them."""

from __future__ import annotations

from typing import Any

import pytest

from oifde_simulator.pytest_plugin import pool as pools
from oifde_simulator.pytest_plugin.pool import ServerPool

CERTIFICATE = {"tls_cert": "c.pem", "tls_key": "k.pem"}


@pytest.fixture
def made(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> ServerPool:
    """A pool without servers, where nobody has chosen TLS."""
    monkeypatch.setattr(pools.options, "has_chosen_tls", lambda config: False)
    return ServerPool(pytestconfig)


@pytest.mark.parametrize(
    ("given", "marked"),
    [({"tls": "off", **CERTIFICATE}, {}), ({"tls": "off"}, CERTIFICATE)],
    ids=["fixture", "marker"],
)
def test_a_certificate_means_tls_where_it_is_off_by_default_only(
    made: ServerPool, given: dict[str, Any], marked: dict[str, Any]
) -> None:
    assert made._wanted(given, marked) == CERTIFICATE


def test_tls_that_a_marker_has_turned_off_stays_off(made: ServerPool) -> None:
    assert made._wanted({"tls": "off"}, {"tls": "off", **CERTIFICATE})["tls"] == "off"


def test_tls_that_the_command_line_has_turned_off_stays_off(
    made: ServerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools.options, "has_chosen_tls", lambda config: True)
    assert made._wanted({"tls": "off", **CERTIFICATE}, {})["tls"] == "off"
