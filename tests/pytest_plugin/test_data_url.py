"""`--simulator-data-url`: where clients reach the vendor's interface of a server that runs already."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from inner import Suite
from serving import running

pytest_plugins = ("inner",)

TEST = """
def test_it(simulator, simulator_factory):
    assert simulator.url == "http://mapped.example:18443"
    assert simulator_factory().url == simulator.recordings_url == simulator.url
"""


@pytest.mark.slow
def test_tenants_are_reached_at_the_url_of_the_option_or_the_ini_file(suite: Suite) -> None:
    suite.write(test_it=TEST)
    with running() as server:
        suite.passes(
            1, "--simulator-url", server.control_url, "--simulator-data-url", "http://mapped.example:18443/"
        )
        suite.ini("simulator_data_url = http://mapped.example:18443")
        suite.passes(1, OIFDE_CONTROL=server.control_url)


@pytest.mark.slow
def test_a_server_of_the_plugins_own_says_where_it_is(suite: Suite) -> None:
    suite.ini("simulator_data_url = http://mapped.example:18443")
    suite.write(
        test_it="""
        import pytest
        def test_it(simulator):
            assert simulator.url.startswith("http://127.0.0.1:")
        @pytest.mark.simulator(advertise="http://vendor.example:0")
        def test_advertised(simulator):
            assert simulator.url.startswith("http://vendor.example:")
        """
    )
    suite.passes(2)


@pytest.mark.slow
def test_wrong_urls_are_told(suite: Suite) -> None:
    suite.write(test_it=TEST)
    with running() as server:
        assert urlsplit(server.control_url).port
        given = ("--simulator-url", server.control_url, "--simulator-data-url")
        said = suite.run(*given, "mapped.example").stdout
        assert "simulator_data_url: expected a URL such as https://vendor.example:8443, found" in said
        assert 'found "mapped.example": it does not begin with http:// or https://' in said
    said = suite.run("--simulator-data-url", "http://mapped.example").stdout
    assert "--simulator-data-url: expected a server that runs already, found none; give its control" in said


@pytest.mark.slow
def test_where_nobody_asked_a_server_that_runs_already_its_url_is_told(suite: Suite) -> None:
    suite.write(test_it="def test_it(simulator):\n    assert False")
    with running(advertise="https://vendor.example:39443") as server:
        said = str(suite.run(OIFDE_CONTROL=server.control_url).stdout)
    assert "the server tells https://vendor.example:39443; if that is not reachable here, use" in said


@pytest.mark.slow
def test_a_server_that_wants_a_token_says_which_variable_gives_it(suite: Suite) -> None:
    suite.write(test_it="def test_it(simulator):\n    pass")
    with running(control_token="a-token-for-this-run") as server:
        said = str(suite.run(OIFDE_CONTROL=server.control_url).stdout)
    assert "in pytest: set the variable OIFDE_CONTROL_TOKEN to it" in said
