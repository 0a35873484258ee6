"""Options of the plugin's servers, as the fixture, the markers and the command line mix them."""

from __future__ import annotations

from typing import Any

import pytest

from inner import ASYNCHRONOUS, Suite
from oifde_simulator.pytest_plugin import pool as pools
from oifde_simulator.pytest_plugin.pool import ServerPool
from oifde_simulator.pytest_plugin.serve_options import MARK, normalize
from oifde_simulator.pytest_plugin.servers import explained

pytest_plugins = ("inner",)

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


def test_client_certificates_mean_tls_too(made: ServerPool) -> None:
    assert made._wanted({"tls": "off"}, {"client_cert": "require"}) == {"client_cert": "require"}


def test_tls_that_a_marker_has_turned_off_stays_off(made: ServerPool) -> None:
    assert made._wanted({"tls": "off"}, {"tls": "off", **CERTIFICATE})["tls"] == "off"


def test_tls_that_the_command_line_has_turned_off_stays_off(
    made: ServerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools.options, "has_chosen_tls", lambda config: True)
    assert made._wanted({"tls": "off", **CERTIFICATE}, {})["tls"] == "off"


def test_a_wrong_option_is_said_with_the_test_and_without_a_traceback(request: pytest.FixtureRequest) -> None:
    with pytest.raises(pytest.fail.Exception) as raised, explained(request.node):
        normalize({"tsl": "auto"}, MARK)
    assert raised.value.msg == (
        f'{request.node.nodeid}: {MARK}: expected options of serve, found "tsl"; did you mean "tls"?'
    )
    assert not raised.value.pytrace
    assert raised.value.__suppress_context__


@pytest.mark.slow
def test_a_wrong_option_of_a_test_is_a_line_with_mark_test_and_option_without_frames(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pytest

        @pytest.mark.simulator(tsl="auto")
        def test_name(simulator): pass

        @pytest.mark.simulator(tsl="auto")
        def test_again(simulator): pass

        @pytest.mark.simulator(tls="of")
        async def test_value(simulator_factory): simulator_factory()

        @pytest.mark.simulator("auto")
        def test_positional(simulator): pass

        @pytest.mark.scenario(rule=[])
        def test_scenario(simulator): pass
        """
    )
    suite.plugins = ASYNCHRONOUS
    said = suite.run("--asyncio-mode=auto").stdout
    unknown = '@pytest.mark.simulator: expected options of serve, found "tsl"; did you mean "tls"?'
    for line in (
        f"test_it.py::test_name: {unknown}",
        f"test_it.py::test_again: {unknown}",
        'test_it.py::test_value: @pytest.mark.simulator: tls: expected auto or off, found "of"',
        'test_it.py::test_positional: @pytest.mark.simulator: expected (tls="auto") or other options',
        "test_it.py::test_scenario: expected @pytest.mark.scenario(name or mapping)",
    ):
        assert f"\n{line}" in said, said
    assert "plugin.py" not in said
    assert "During handling" not in said
