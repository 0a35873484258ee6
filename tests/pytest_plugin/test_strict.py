"""Strictness on request: tests whose client made mistakes that the real service lets pass."""

from __future__ import annotations

import pytest

from inner import Ran, Suite

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


REASONS = (
    '"pagenum" is not a field of this interface; did you mean pageNum?',
    "astray: #",
    "no request came to a tenant of this test",
)


def expect_three(said: str) -> None:
    """Check that the three tests have failed for their reasons."""
    assert "3 failed, 3 passed" in said
    for reason in REASONS:
        assert reason in said


@pytest.mark.slow
def test_the_ini_file_asks_for_it(suite: Suite) -> None:
    suite.write(test_it=TESTS)
    suite.ini("simulator_strict = true")
    expect_three(suite.run().stdout)


@pytest.mark.slow
def test_so_does_an_option(suite: Suite) -> None:
    suite.write(test_it=TESTS)
    expect_three(suite.run("--simulator-strict").stdout)


@pytest.fixture(scope="module")
def ran(module_suite: Suite) -> Ran:
    """Run the tests without a wish, with a marker, and in a folder whose fixture asks for strictness."""
    module_suite.write(test_plain=TESTS, test_marked=MARKED)
    (module_suite.folder / "override").mkdir()
    (module_suite.folder / "override" / "conftest.py").write_text(OVERRIDE)
    (module_suite.folder / "override" / "test_fixture.py").write_text(TESTS)
    return module_suite.ran()


@pytest.mark.slow(seconds=0.5)
@pytest.mark.parametrize("module", ["test_marked", "override/test_fixture"])
def test_so_do_a_marker_and_a_fixture(ran: Ran, module: str) -> None:
    assert ran.outcomes(module) == {"FAILED": 3, "PASSED": 3}, ran.said
    for reason in REASONS:
        assert ran.said.count(reason) >= 2, "of either module"


@pytest.mark.slow(seconds=0.5)
def test_nothing_is_judged_unless_it_is_asked_for(ran: Ran) -> None:
    assert ran.outcomes("test_plain") == {"PASSED": 6}


@pytest.mark.slow
def test_workers_do_not_blame_each_other(suite: Suite) -> None:
    suite.write(
        test_it="""
        import pytest
        from vendor import query

        @pytest.mark.parametrize("turn", range(8))
        def test_it(simulator, turn):
            query(simulator)
            if turn % 2:
                query(simulator, tenantId="acme")
        """
    )
    said = suite.run("-n", "2", "--simulator-strict").stdout
    assert "4 failed, 4 passed" in said
