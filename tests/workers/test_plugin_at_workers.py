"""A test suite under pytest-xdist against a server of several workers: no test sees another's tenant."""

from __future__ import annotations

from pathlib import Path

import pytest

from inner import Suite
from workers_server import working

pytest_plugins = ("inner",)

TESTS = """
import pytest
from vendor import query

@pytest.mark.parametrize("number", range(60))
def test_alone(simulator, number):
    status, times = 500 + number % 100, 1 + number % 3
    simulator.use(rules=[{"name": f"mine-{number}", "times": times, "respond": {"status": status}}])
    wanted = [status] * times + [200] * 2
    assert [query(simulator) for _ in wanted] == wanted
    simulator.verify(count=times, rule=f"mine-{number}")
    simulator.verify(count=len(wanted))
    assert simulator.journal.statuses == wanted
    (rule,) = simulator.rules
    assert (rule.name, rule.fired) == (f"mine-{number}", times)
    if number % 5 == 0:
        simulator.reset()
        assert query(simulator) == status
        assert len(simulator.journal) == 1
"""


@pytest.mark.slow
def test_tests_at_four_workers_never_meet(suite: Suite, tmp_path: Path) -> None:
    suite.write(test_it=TESTS)
    with working(tmp_path, "--tls", "off", count=4) as server:
        suite.passes(60, "-n", "4", "--simulator-url", server.control)
        assert [each["restarts"] for each in server.workers(*["ready"] * 4)] == [0] * 4


@pytest.mark.slow
def test_the_server_of_a_suite_may_have_several_workers(suite: Suite) -> None:
    suite.write(
        conftest="""
        import pytest

        @pytest.fixture(scope="session")
        def simulator_options(simulator_options):
            return {**simulator_options, "workers": "2"}
        """,
        test_it="""
        import json
        from urllib.request import urlopen
        from vendor import query

        def test_it(simulator):
            simulator.use(rules=[{"name": "down", "times": 1, "respond": {"status": 503}}])
            assert [query(simulator) for _ in range(3)] == [503, 200, 200]
            simulator.verify(count=3)
            with urlopen(simulator.control.url + "/readyz") as answer:
                assert len(json.loads(answer.read())["workers"]) == 2
        """,
    )
    suite.passes(1)
