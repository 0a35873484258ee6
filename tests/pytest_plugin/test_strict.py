"""Strictness on request: tests whose client made mistakes that the real service lets pass."""

from __future__ import annotations

import pytest

from inner import Suite

pytest_plugins = ("inner",)

TESTS = """
import pytest
from vendor import query

def test_does_well(simulator):
    assert query(simulator) == 200

def test_sends_an_unknown_field(simulator):
    query(simulator, pagenum="1")

def test_asks_as_another_tenant(simulator):
    query(simulator)
    query(simulator, tenantId="acme")

def test_asks_nobody(simulator):
    pass

@pytest.mark.simulator(strict=False)
def test_is_let_be(simulator):
    pass

def test_has_no_simulator():
    pass
"""
MARKED = TESTS.replace("import query", "import query\n\npytestmark = pytest.mark.simulator(strict=True)", 1)
OVERRIDE = """
import pytest

@pytest.fixture(scope="session")
def simulator_strict():
    return True
"""


def expect_three(said: str) -> None:
    """Check that the three tests have failed for their reasons."""
    assert "3 failed, 3 passed" in said
    assert '"pagenum" is not a field of this interface; did you mean pageNum?' in said
    assert "astray: #" in said
    assert "no request came to a tenant of this test" in said


@pytest.mark.slow
def test_the_ini_file_asks_for_it(suite: Suite) -> None:
    suite.write(test_it=TESTS)
    suite.ini("simulator_strict = true")
    expect_three(suite.run().stdout)


@pytest.mark.parametrize("how", ["option", "marker", "fixture"])
@pytest.mark.slow
def test_so_do_an_option_a_marker_and_a_fixture(suite: Suite, how: str) -> None:
    suite.write(test_it=MARKED if how == "marker" else TESTS)
    if how == "fixture":
        suite.write(conftest=OVERRIDE)
    expect_three(suite.run(*(["--simulator-strict"] if how == "option" else [])).stdout)


@pytest.mark.slow
def test_nothing_is_judged_unless_it_is_asked_for(suite: Suite) -> None:
    suite.write(test_it=TESTS)
    suite.passes(6)


@pytest.mark.slow
def test_workers_do_not_blame_each_other(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pytest
        from vendor import query

        @pytest.mark.parametrize("turn", range(20))
        def test_it(simulator, turn):
            query(simulator)
            if turn % 2:
                query(simulator, tenantId="acme")
        """
    )
    said = suite.run("-n", "2", "--simulator-strict").stdout
    assert "10 failed, 10 passed" in said
